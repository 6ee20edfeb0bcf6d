//! The single writer of a connection: lines are written whole and in order.

use std::{io, time::Duration};

use tokio::{
    io::{AsyncWrite, AsyncWriteExt, BufWriter},
    sync::mpsc::{self, error::TryRecvError},
    time::timeout,
};
use tokio_util::{sync::CancellationToken, task::AbortOnDropHandle};

use crate::progress::ProgressSink;

/// How many lines may wait to be written. Beyond that reading pauses, so that a client that does not read cannot fill the memory.
pub(super) const QUEUE: usize = 64;
/// How long a client may take to read the remaining lines when the connection ends.
const LAST: Duration = Duration::from_secs(5);

/// The handle of the writer, which ends when the last clone is dropped, or with [`end`](Self::end).
#[derive(Clone)]
pub(super) struct Out {
    lines: mpsc::Sender<Vec<u8>>,
    ended: CancellationToken,
}

/// The task that writes.
pub(super) struct Writer(AbortOnDropHandle<io::Result<()>>);

pub(super) fn start(output: impl AsyncWrite + Send + Unpin + 'static) -> (Out, Writer) {
    let (lines, queue) = mpsc::channel(QUEUE);
    let ended = CancellationToken::new();
    let task = tokio::spawn(write(BufWriter::new(output), queue, ended.clone()));
    (Out { lines, ended }, Writer(AbortOnDropHandle::new(task)))
}

impl Out {
    /// Waits for a place in the queue; `None` if the connection can no longer be written.
    pub(super) async fn place(&self) -> Option<mpsc::Permit<'_, Vec<u8>>> {
        self.lines.reserve().await.ok()
    }

    /// Waits until the connection can no longer be written.
    pub(super) async fn closed(&self) {
        self.lines.closed().await;
    }

    /// Queues a line, which includes its `\n`.
    pub(super) async fn send(&self, line: Vec<u8>) -> io::Result<()> {
        self.lines.send(line).await.map_err(|_| io::ErrorKind::BrokenPipe.into())
    }

    /// Ends the writer after the lines in the queue.
    pub(super) fn end(&self) {
        self.ended.cancel();
    }
}

impl ProgressSink for Out {
    /// Half of the queue is reserved for responses.
    fn send(&self, mut message: Vec<u8>) -> bool {
        message.push(b'\n');
        self.lines.capacity() > QUEUE / 2 && self.lines.try_send(message).is_ok()
    }
}

impl Writer {
    /// Waits until everything is written, unless the client does not read.
    pub(super) async fn finish(self) {
        // A client that has disconnected reads nothing.
        let _ = timeout(LAST, self.0).await;
    }
}

async fn write(
    mut output: BufWriter<impl AsyncWrite + Unpin>,
    mut queue: mpsc::Receiver<Vec<u8>>,
    ended: CancellationToken,
) -> io::Result<()> {
    loop {
        let line = match queue.try_recv() {
            Ok(line) => Some(line),
            Err(TryRecvError::Disconnected) => None,
            Err(TryRecvError::Empty) => {
                output.flush().await?;
                if let Some(line) = ended.run_until_cancelled(queue.recv()).await {
                    line
                } else {
                    queue.close();
                    queue.recv().await
                }
            }
        };
        let Some(line) = line else { return output.flush().await };
        output.write_all(&line).await?;
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;
    use secure_tool_testkit::within;
    use tokio::io::{AsyncReadExt, duplex};

    use super::*;

    #[tokio::test]
    async fn everything_in_the_queue_is_written_before_the_end() {
        let (output, mut client) = duplex(4);
        let (out, writer) = start(output);
        for n in 0..50 {
            out.send(format!("{n}\n").into_bytes()).await.unwrap();
        }
        let reading = tokio::spawn(async move {
            let mut text = String::new();
            client.read_to_string(&mut text).await.unwrap();
            text
        });
        out.end();
        within("the writer", writer.finish()).await;
        let text = within("the end", reading).await.unwrap();
        assert!(text.lines().eq((0..50).map(|n| n.to_string())), "{text}");
        assert!(out.send(b"\n".to_vec()).await.is_err(), "nothing is written after the end");
    }

    #[tokio::test]
    async fn a_client_that_does_not_read_fills_the_queue_and_no_more() {
        let (output, client) = duplex(1);
        let (out, _writer) = start(output);
        let line = vec![b'x'; 100_000];
        let mut queued = 0;
        while out.send(line.clone()).now_or_never().is_some() {
            queued += 1;
            tokio::task::yield_now().await;
        }
        assert!((QUEUE..=QUEUE + 1).contains(&queued), "{queued}");
        drop(client);
        within("the writer to fail", out.closed()).await;
        assert!(out.place().await.is_none());
    }

    #[tokio::test]
    async fn progress_leaves_room_for_answers() {
        let (output, _client) = duplex(1);
        let (out, _writer) = start(output);
        let told = (0..QUEUE).filter(|_| ProgressSink::send(&out, b"{}".to_vec())).count();
        assert!((QUEUE / 2..=QUEUE / 2 + 1).contains(&told), "{told}");
        assert!(out.send(b"{}\n".to_vec()).now_or_never().is_some(), "an answer still has its place");
    }

    #[tokio::test(start_paused = true)]
    async fn the_end_does_not_wait_for_a_client_that_does_not_read() {
        let (output, _client) = duplex(1);
        let (out, writer) = start(output);
        out.send(vec![b'x'; 100_000]).await.unwrap();
        out.end();
        within("the end", writer.finish()).await;
    }
}
