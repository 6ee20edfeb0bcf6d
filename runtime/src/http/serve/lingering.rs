//! Lingering close of a connection.
//!
//! When a socket with unread bytes is closed, the system resets the connection, and the peer may lose the response that explains why the rest of its
//! request was not read. So bytes that still arrive are read and discarded for a moment (RFC 9112, section 9.6).

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Sleep, sleep},
};

/// How long the peer may take to stop sending.
const LINGER_TIMEOUT: Duration = Duration::from_secs(1);
/// How many bytes are discarded at most. A client that sends more without reading the response is not interested in it.
const MOST: usize = 8 << 20;

/// Shuts down our side, and keeps reading until the peer does the same, the time has passed, or too much has arrived.
#[derive(Default)]
pub(super) struct Lingering {
    /// Runs once our side was shut down.
    moment: Option<Pin<Box<Sleep>>>,
    thrown_away: usize,
}

impl Lingering {
    pub(super) fn poll_shutdown<I>(&mut self, io: &mut I, context: &mut Context<'_>) -> Poll<io::Result<()>>
    where
        I: AsyncRead + AsyncWrite + Unpin,
    {
        if self.moment.is_none() {
            ready!(Pin::new(&mut *io).poll_shutdown(context))?;
        }
        let moment = self.moment.get_or_insert_with(|| Box::pin(sleep(LINGER_TIMEOUT)));
        let mut bytes = [0; 8192];
        loop {
            // Checked in every iteration, because a client may send without a pause.
            if moment.as_mut().poll(context).is_ready() {
                return Poll::Ready(Ok(()));
            }
            let mut buffer = ReadBuf::new(&mut bytes);
            match ready!(Pin::new(&mut *io).poll_read(context, &mut buffer)) {
                Ok(()) if !buffer.filled().is_empty() && self.thrown_away < MOST => {
                    self.thrown_away += buffer.filled().len();
                }
                Ok(()) | Err(_) => return Poll::Ready(Ok(())),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex, join, repeat, sink};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_client_that_never_stops_is_not_read_for_ever() {
        let (mut io, mut lingering) = (join(repeat(0), sink()), Lingering::default());
        poll_fn(|context| lingering.poll_shutdown(&mut io, context)).await.unwrap();
        assert_eq!(lingering.thrown_away, MOST);
    }

    #[tokio::test(start_paused = true)]
    async fn what_still_arrives_is_read_until_the_other_end_closes_or_a_moment_has_passed() {
        for closes in [true, false] {
            let (mut near, mut far) = duplex(64);
            let begun = tokio::time::Instant::now();
            let closing = tokio::spawn(async move {
                let mut lingering = Lingering::default();
                poll_fn(|context| lingering.poll_shutdown(&mut far, context)).await
            });
            near.write_all(&[b'x'; 1000]).await.unwrap();
            assert_eq!(near.read(&mut [0]).await.unwrap(), 0, "our end came first");
            if closes {
                drop(near);
                closing.await.unwrap().unwrap();
                assert!(begun.elapsed() < LINGER_TIMEOUT);
            } else {
                closing.await.unwrap().unwrap();
                assert!(begun.elapsed() >= LINGER_TIMEOUT);
            }
        }
    }
}
