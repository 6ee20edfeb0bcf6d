//! A socket with two users: HTTP, which reads and writes, and a call that has to know when the client has disconnected.
//!
//! hyper detects the end of a connection by reading it. It does not read while it has buffered bytes, such as the next request or a line break after
//! the last one, and would let a call run for a client that has disconnected.

use std::{
    future::poll_fn,
    io,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll},
    time::Duration,
};

use futures_util::FutureExt;
use socket2::{SockRef, TcpKeepalive};
use tokio::{
    io::{AsyncRead, AsyncWrite, Interest, ReadBuf},
    net::TcpStream,
    time::sleep,
};

/// How long a connection may be silent before the system sends keepalive probes.
const KEEPALIVE_IDLE: Duration = Duration::from_secs(30);
/// The interval between probes.
#[cfg(any(
    target_os = "linux",
    target_os = "android",
    target_os = "macos",
    target_os = "freebsd",
    target_os = "windows"
))]
const REPLY: Duration = Duration::from_secs(10);
/// How many probes may remain unanswered.
#[cfg(any(
    target_os = "linux",
    target_os = "android",
    target_os = "macos",
    target_os = "freebsd",
    target_os = "windows"
))]
const MISSING: u32 = 3;
/// How often the connection is checked while unread bytes keep the socket readable.
const PAUSE: Duration = Duration::from_millis(250);

/// One task reads, writes and watches, so the lock is always free and one waker is sufficient.
#[derive(Clone)]
pub(in crate::http) struct Socket(Arc<Mutex<TcpStream>>);

impl Socket {
    pub(super) fn new(stream: TcpStream) -> Self {
        // A response is a single small write, which should not wait for the next one.
        let _ = stream.set_nodelay(true);
        // A client that lost its network sends nothing, and a call may wait for long.
        let _ = SockRef::from(&stream).set_tcp_keepalive(&keepalive());
        Self(Arc::new(Mutex::new(stream)))
    }

    /// Waits until the client has closed the connection or shut down its side, which HTTP treats in the same way.
    pub(super) async fn closed(&self) {
        loop {
            let readable = poll_fn(|context| self.lock().poll_read_ready(context)).await;
            if readable.is_err() || self.is_closed() {
                return;
            }
            // There is something to read, and will be until it is read.
            sleep(PAUSE).await;
        }
    }

    fn is_closed(&self) -> bool {
        let stream = self.lock();
        match stream.ready(Interest::READABLE).now_or_never() {
            Some(Ok(ready)) => ready.is_read_closed(),
            Some(Err(_)) => true,
            None => false,
        }
    }

    fn lock(&self) -> MutexGuard<'_, TcpStream> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn keepalive() -> TcpKeepalive {
    let keepalive = TcpKeepalive::new().with_time(KEEPALIVE_IDLE);
    #[cfg(any(
        target_os = "linux",
        target_os = "android",
        target_os = "macos",
        target_os = "freebsd",
        target_os = "windows"
    ))]
    let keepalive = keepalive.with_interval(REPLY).with_retries(MISSING);
    keepalive
}

impl AsyncRead for Socket {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.lock()).poll_read(context, buffer)
    }
}

impl AsyncWrite for Socket {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut *self.lock()).poll_write(context, buffer)
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.lock()).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.lock()).poll_shutdown(context)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffers: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut *self.lock()).poll_write_vectored(context, buffers)
    }

    fn is_write_vectored(&self) -> bool {
        self.lock().is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use secure_tool_testkit::within;
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
        time::timeout,
    };

    use super::*;

    async fn pair() -> (TcpStream, Socket) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        (client, Socket::new(listener.accept().await.unwrap().0))
    }

    #[tokio::test]
    async fn packets_leave_at_once_and_the_other_end_is_asked_for() {
        let (_client, socket) = pair().await;
        let stream = socket.lock();
        assert!(stream.nodelay().unwrap());
        assert!(SockRef::from(&*stream).keepalive().unwrap());
        #[cfg(target_os = "linux")]
        assert_eq!(SockRef::from(&*stream).tcp_keepalive_time().unwrap(), KEEPALIVE_IDLE);
    }

    #[tokio::test]
    async fn the_end_is_seen_behind_bytes_that_nobody_reads() {
        for sent in [Vec::new(), b"\r\n".to_vec(), vec![b'x'; 15_000]] {
            for resets in [false, true] {
                let (mut client, socket) = pair().await;
                client.write_all(&sent).await.unwrap();
                let early = timeout(PAUSE * 2, socket.closed()).await;
                assert!(early.is_err(), "it is open, with {} bytes in it", sent.len());
                if resets {
                    client.set_zero_linger().unwrap();
                }
                drop(client);
                within("the end to be seen", socket.closed()).await;
            }
        }
    }

    #[tokio::test]
    async fn what_is_watched_can_be_read() {
        let (mut client, socket) = pair().await;
        let (mut reader, mut bytes) = (socket.clone(), [0; 4]);
        for word in [b"ping", b"pong"] {
            let read = async {
                tokio::select! {
                    biased;
                    read = reader.read_exact(&mut bytes) => read.unwrap(),
                    () = socket.closed() => panic!("it is open"),
                }
            };
            let (read, sent) = within("a word", async { tokio::join!(read, client.write_all(word)) }).await;
            assert_eq!((read, sent.is_ok(), &bytes), (4, true, word));
        }
    }
}
