//! A connection whose bytes are looked at on their way to the HTTP parser, for what the parser does not pass on.
//!
//! hyper honours `Transfer-Encoding` and silently drops a `Content-Length` beside it. Somebody in front may have done it the other way round and see
//! another request in the rest of the bytes (request smuggling), so such a request is refused (RFC 9112, section 6.3).

use std::{
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll, ready},
};

use http::{
    HeaderMap,
    header::{CONTENT_LENGTH, TRANSFER_ENCODING},
};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

const NAME: &[u8] = b"content-length";

/// How many lines of the bytes read began with `Content-Length` and belong to no request yet.
#[derive(Clone, Debug, Default)]
pub(super) struct LengthLines(Arc<AtomicUsize>);

impl LengthLines {
    /// Whether the next request, whose head the parser has passed on, may have had both headers.
    ///
    /// Requests behind one another are read at once, so that a line may be a later request's; and a line of a body may look like one. Then a
    /// request that is in order is refused, but none is let in that is not.
    pub(super) fn are_ambiguous(&self, headers: &HeaderMap) -> bool {
        if headers.contains_key(TRANSFER_ENCODING) {
            return self.0.load(Ordering::Relaxed) > 0;
        }
        if headers.contains_key(CONTENT_LENGTH) {
            let one_less = |lines: usize| Some(lines.saturating_sub(1));
            let _ = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_less);
        }
        false
    }
}

/// Passes everything on as it is.
pub(super) struct Watched<I> {
    io: I,
    lines: LengthLines,
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
    pub(super) fn new(io: I, lines: LengthLines) -> Self {
        Self { io, lines, matched: Matched::Bytes(0) }
    }
}

/// Looks at the next bytes. Nearly all of a body is one long line, whose end is searched for and nothing else.
fn look(mut matched: Matched, mut bytes: &[u8], lines: &LengthLines) -> Matched {
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
                    lines.0.fetch_add(1, Ordering::Relaxed);
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
        this.matched = look(this.matched, buffer.filled().get(before..).unwrap_or_default(), &this.lines);
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

    fn read(parts: &[&str]) -> LengthLines {
        let lines = LengthLines::default();
        parts.iter().fold(Matched::Bytes(0), |matched, part| look(matched, part.as_bytes(), &lines));
        lines
    }

    fn seen(parts: &[&str]) -> bool {
        read(parts).0.load(Ordering::Relaxed) > 0
    }

    /// What a request leaves of its head.
    fn with(name: http::HeaderName) -> HeaderMap {
        HeaderMap::from_iter([(name, http::HeaderValue::from_static("5"))])
    }

    #[test]
    fn a_request_cannot_hide_its_length_behind_the_one_before() {
        let (length, chunks) = (with(CONTENT_LENGTH), with(TRANSFER_ENCODING));
        let both = read(&[
            "POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\n12345",
            "POST / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
        ]);
        assert!(!both.are_ambiguous(&length));
        assert!(both.are_ambiguous(&chunks));
        let one = read(&["POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\n12345"]);
        assert!(!one.are_ambiguous(&length));
        assert!(!one.are_ambiguous(&HeaderMap::new()));
        assert!(!one.are_ambiguous(&chunks), "its line is used up");
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
