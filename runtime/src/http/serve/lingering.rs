//! A connection that is closed with care.
//!
//! A system that closes a socket with bytes in it that nobody has read resets the connection, and the other end may lose the answer that was on its way: the
//! one that says why the rest of its request was not read. So what still arrives is read and thrown away for a moment (RFC 9112, section 9.6).

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

/// How long the other end may take to stop sending.
const MOMENT: Duration = Duration::from_secs(1);
/// How much is thrown away. Whoever sends more than that without looking at the answer does not want it.
const MOST: usize = 8 << 20;

/// Reads on after its own end was sent, until the other end is sent as well a moment has passed, or too much has come.
pub(super) struct Lingering<I> {
    io: I,
    /// Runs once our end was sent.
    moment: Option<Pin<Box<Sleep>>>,
    thrown_away: usize,
}

impl<I> Lingering<I> {
    pub(super) fn new(io: I) -> Self {
        Self { io, moment: None, thrown_away: 0 }
    }
}

impl<I: AsyncRead + Unpin> AsyncRead for Lingering<I> {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().io).poll_read(context, buffer)
    }
}

impl<I: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Lingering<I> {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().io).poll_write(context, buffer)
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().io).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.moment.is_none() {
            ready!(Pin::new(&mut this.io).poll_shutdown(context))?;
        }
        let moment = this.moment.get_or_insert_with(|| Box::pin(sleep(MOMENT)));
        let mut bytes = [0; 8192];
        loop {
            // Asked each time round, as a client may send without a pause.
            if moment.as_mut().poll(context).is_ready() {
                return Poll::Ready(Ok(()));
            }
            let mut buffer = ReadBuf::new(&mut bytes);
            match ready!(Pin::new(&mut this.io).poll_read(context, &mut buffer)) {
                Ok(()) if !buffer.filled().is_empty() && this.thrown_away < MOST => {
                    this.thrown_away += buffer.filled().len();
                }
                Ok(()) | Err(_) => return Poll::Ready(Ok(())),
            }
        }
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffers: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().io).poll_write_vectored(context, buffers)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex, join, repeat, sink};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_client_that_never_stops_is_not_read_for_ever() {
        let mut io = Lingering::new(join(repeat(0), sink()));
        io.shutdown().await.unwrap();
        assert_eq!(io.thrown_away, MOST);
    }

    #[tokio::test(start_paused = true)]
    async fn what_still_arrives_is_read_until_the_other_end_closes_or_a_moment_has_passed() {
        for closes in [true, false] {
            let (mut near, far) = duplex(64);
            let begun = tokio::time::Instant::now();
            let closing = tokio::spawn(async move { Lingering::new(far).shutdown().await });
            near.write_all(&[b'x'; 1000]).await.unwrap();
            assert_eq!(near.read(&mut [0]).await.unwrap(), 0, "our end came first");
            if closes {
                drop(near);
                closing.await.unwrap().unwrap();
                assert!(begun.elapsed() < MOMENT);
            } else {
                closing.await.unwrap().unwrap();
                assert!(begun.elapsed() >= MOMENT);
            }
        }
    }
}
