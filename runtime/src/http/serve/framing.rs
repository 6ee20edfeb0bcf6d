//! A connection whose bytes are looked at on their way to the HTTP parser, for what the parser does not pass on.
//!
//! hyper honours `Transfer-Encoding` and silently drops a `Content-Length` beside it. Somebody in front may have done it the other way round and see
//! another request in the rest of the bytes (request smuggling), so such a request is refused (RFC 9112, section 6.3).

use std::{
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, ready},
};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

const NAME: &[u8] = b"content-length";

/// Whether a line of the bytes read began with `Content-Length` since it was last asked.
#[derive(Clone, Debug, Default)]
pub(super) struct LengthSeen(Arc<AtomicBool>);

impl LengthSeen {
    pub(super) fn take(&self) -> bool {
        self.0.swap(false, Ordering::Relaxed)
    }
}

/// Passes everything on as it is.
pub(super) struct Watched<I> {
    io: I,
    seen: LengthSeen,
    matched: Matched,
}

/// How far the line that is being read is the name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Matched {
    /// So many of its bytes, from the beginning of the line.
    Bytes(usize),
    /// The line is another one.
    Other,
}

impl<I> Watched<I> {
    pub(super) fn new(io: I, seen: LengthSeen) -> Self {
        Self { io, seen, matched: Matched::Bytes(0) }
    }
}

/// Looks at the next bytes. Nearly all of a body is one long line, whose end is searched for and nothing else.
fn look(mut matched: Matched, mut bytes: &[u8], seen: &LengthSeen) -> Matched {
    loop {
        match (matched, bytes.split_first()) {
            (matched, None) => return matched,
            (Matched::Other, Some(_)) => match bytes.iter().position(|byte| *byte == b'\n') {
                Some(end) => (matched, bytes) = (Matched::Bytes(0), bytes.get(end + 1..).unwrap_or_default()),
                None => return Matched::Other,
            },
            (Matched::Bytes(count), Some((byte, rest))) => {
                bytes = rest;
                matched = match NAME.get(count) {
                    Some(wanted) if byte.eq_ignore_ascii_case(wanted) => Matched::Bytes(count + 1),
                    _ if *byte == b'\n' => Matched::Bytes(0),
                    _ => Matched::Other,
                };
                if matched == Matched::Bytes(NAME.len()) {
                    seen.0.store(true, Ordering::Relaxed);
                    matched = Matched::Other;
                }
            }
        }
    }
}

impl<I: AsyncRead + Unpin> AsyncRead for Watched<I> {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buffer.filled().len();
        ready!(Pin::new(&mut this.io).poll_read(context, buffer))?;
        this.matched = look(this.matched, buffer.filled().get(before..).unwrap_or_default(), &this.seen);
        Poll::Ready(Ok(()))
    }
}

impl<I: AsyncWrite + Unpin> AsyncWrite for Watched<I> {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().io).poll_write(context, buffer)
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().io).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().io).poll_shutdown(context)
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
    use super::*;

    fn seen(parts: &[&str]) -> bool {
        let seen = LengthSeen::default();
        parts.iter().fold(Matched::Bytes(0), |matched, part| look(matched, part.as_bytes(), &seen));
        seen.take()
    }

    #[test]
    fn the_header_is_seen_however_it_is_written_and_wherever_it_is_cut() {
        let head = "POST /mcp HTTP/1.1\r\nHost: localhost\r\nCONTENT-length: 5\r\n\r\n";
        assert!(seen(&[head]));
        for at in 0..head.len() {
            assert!(seen(&[&head[..at], &head[at..]]), "{at}");
        }
        let bytes: Vec<String> = head.chars().map(String::from).collect();
        assert!(seen(&bytes.iter().map(|byte| &**byte).collect::<Vec<_>>()));
    }

    #[test]
    fn nothing_else_is() {
        for other in [
            "POST /content-length HTTP/1.1\r\nHost: localhost\r\n x-content-length: 5\r\n\r\n",
            "{\"a\":\"content-length\"}",
            "\r\ncontent-lengt\r\n",
            "",
        ] {
            assert!(!seen(&[other]), "{other}");
        }
    }
}
