//! The framing of bodies on a connection, according to the raw bytes and not to what the HTTP parser passes on.
//!
//! hyper honours `Transfer-Encoding` and silently drops a `Content-Length` beside it. A proxy in front may do the opposite and see another request in
//! the rest of the bytes (request smuggling), so such a request is refused (RFC 9112, section 6.3).
//!
//! To inspect the heads, their positions must be known, so the bodies between them are followed. The framing of each head is compared with the result
//! of the parser. If the bytes can no longer be followed, the connection is closed: no request is served after that.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use http::{
    HeaderMap, StatusCode,
    header::{CONTENT_LENGTH, TRANSFER_ENCODING},
};

/// How many requests may be queued behind the current one. The read buffer has no room for more real ones.
const MOST_AHEAD: usize = 1024;

/// The framing of the heads that were read, shared by the reader of bytes and the handler of requests.
#[derive(Clone, Debug, Default)]
pub(super) struct Heads(Arc<Mutex<Noted>>);

#[derive(Debug, Default)]
struct Noted {
    /// The framing of requests that the parser has not passed on yet.
    ahead: VecDeque<Framed>,
    lost: bool,
}

/// What follows a head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Framed {
    Nothing,
    Length,
    Chunks,
    /// Unknown.
    Both,
}

impl Heads {
    /// Checks the next request that the parser has passed on.
    ///
    /// # Errors
    ///
    /// 400 if it has both headers, or if the parser has seen a different head; 501 for any encoding other than `chunked` (RFC 9112, section 6.1). The
    /// connection must be closed.
    pub(super) fn check(&self, headers: &HeaderMap) -> Result<(), StatusCode> {
        let noted = self.lock().ahead.pop_front().ok_or(StatusCode::BAD_REQUEST)?;
        let passed_on = match (headers.contains_key(CONTENT_LENGTH), headers.contains_key(TRANSFER_ENCODING)) {
            (false, false) => Framed::Nothing,
            (true, false) => Framed::Length,
            (false, true) => Framed::Chunks,
            (true, true) => Framed::Both,
        };
        if noted == Framed::Both || noted != passed_on {
            return Err(StatusCode::BAD_REQUEST);
        }
        let mut encodings = headers.get_all(TRANSFER_ENCODING).iter();
        match (encodings.next(), encodings.next()) {
            (None, _) => Ok(()),
            (Some(only), None) if only.as_bytes().eq_ignore_ascii_case(b"chunked") => Ok(()),
            _ => Err(StatusCode::NOT_IMPLEMENTED),
        }
    }

    /// Whether no request after the last checked one would be served.
    pub(super) fn is_last(&self) -> bool {
        let noted = self.lock();
        noted.lost && noted.ahead.is_empty()
    }

    fn lock(&self) -> MutexGuard<'_, Noted> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Follows the bytes of a connection from its beginning.
#[derive(Debug)]
pub(super) struct Framing {
    heads: Heads,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Head(Head, Line),
    /// This many bytes of a body are left.
    Body(u64),
    Chunks(Chunk),
    /// The following bytes are unknown.
    Lost,
}

/// An incomplete head.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Head {
    /// Empty lines before it are ignored (RFC 9112, section 2.2).
    begun: bool,
    length: Option<u64>,
    chunks: bool,
}

/// The current line of a head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Line {
    Start,
    /// It starts with a carriage return.
    StartCr,
    /// This many bytes of this header name.
    Name(&'static [u8], usize),
    /// A `Content-Length` with the value read so far, and whether a space followed.
    Length(Option<u64>, bool),
    LengthCr(u64),
    Other,
}

/// The position in a chunked body. Extensions and trailers are not followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Chunk {
    /// A size, with the value read so far.
    Size(Option<u64>),
    SizeLf(u64),
    Data(u64),
    DataCr,
    DataLf,
    EndCr,
    EndLf,
}

const LENGTH: &[u8] = b"content-length";
const ENCODING: &[u8] = b"transfer-encoding";

const START: State = State::Head(Head { begun: false, length: None, chunks: false }, Line::Start);

impl Framing {
    pub(super) fn new(heads: Heads) -> Self {
        Self { heads, state: START }
    }

    /// Processes the next bytes. Bodies and irrelevant lines are skipped.
    pub(super) fn follow(&mut self, mut bytes: &[u8]) {
        while let Some(byte) = bytes.first() {
            let skip = |left: u64| usize::try_from(left).unwrap_or(usize::MAX).min(bytes.len());
            let skipped;
            (skipped, self.state) = match self.state {
                State::Lost => return,
                State::Body(left) => match (skip(left), left - skip(left) as u64) {
                    (skipped, 0) => (skipped, START),
                    (skipped, left) => (skipped, State::Body(left)),
                },
                State::Chunks(Chunk::Data(left)) => match (skip(left), left - skip(left) as u64) {
                    (skipped, 0) => (skipped, State::Chunks(Chunk::DataCr)),
                    (skipped, left) => (skipped, State::Chunks(Chunk::Data(left))),
                },
                State::Head(head, Line::Other) => match bytes.iter().position(|byte| *byte == b'\n') {
                    Some(end) => (end + 1, State::Head(head, Line::Start)),
                    None => return,
                },
                State::Head(head, line) => (1, self.in_head(head, line, *byte)),
                State::Chunks(chunk) => (1, in_chunks(chunk, *byte)),
            };
            bytes = bytes.get(skipped..).unwrap_or_default();
            if self.state == State::Lost {
                self.heads.lock().lost = true;
            }
        }
    }

    fn in_head(&self, mut head: Head, line: Line, byte: u8) -> State {
        let line = match (line, byte) {
            (Line::Start | Line::StartCr, b'\n') if head.begun => return self.end(head),
            (Line::Start | Line::StartCr | Line::Other | Line::Name(..), b'\n') => Line::Start,
            (Line::Start, b'\r') => Line::StartCr,
            (Line::Start, _) => {
                head.begun = true;
                let name = [LENGTH, ENCODING].into_iter().find(|name| begins(name, 0, byte));
                name.map_or(Line::Other, |name| Line::Name(name, 1))
            }
            (Line::Name(name, count), _) if begins(name, count, byte) => Line::Name(name, count + 1),
            (Line::Name(name, count), b':') if count == name.len() => {
                if name == LENGTH {
                    Line::Length(None, false)
                } else {
                    head.chunks = true;
                    Line::Other
                }
            }
            (Line::Name(..) | Line::Other, _) => Line::Other,
            (Line::Length(digits, _), b' ' | b'\t') => Line::Length(digits, digits.is_some()),
            (Line::Length(digits, false), b'0'..=b'9') => match add(digits, 10, byte - b'0') {
                Some(length) => Line::Length(Some(length), false),
                None => return State::Lost,
            },
            (Line::Length(Some(length), _), b'\r') => Line::LengthCr(length),
            (Line::Length(Some(length), _) | Line::LengthCr(length), b'\n')
                if head.length.is_none_or(|before| before == length) =>
            {
                head.length = Some(length);
                Line::Start
            }
            (Line::StartCr | Line::Length(..) | Line::LengthCr(_), _) => return State::Lost,
        };
        State::Head(head, line)
    }

    fn end(&self, head: Head) -> State {
        let (framed, next) = match (head.chunks, head.length) {
            (true, Some(_)) => (Framed::Both, State::Lost),
            (true, None) => (Framed::Chunks, State::Chunks(Chunk::Size(None))),
            (false, Some(0)) => (Framed::Length, START),
            (false, Some(length)) => (Framed::Length, State::Body(length)),
            (false, None) => (Framed::Nothing, START),
        };
        let mut noted = self.heads.lock();
        if noted.ahead.len() >= MOST_AHEAD {
            return State::Lost;
        }
        noted.ahead.push_back(framed);
        next
    }
}

fn in_chunks(chunk: Chunk, byte: u8) -> State {
    State::Chunks(match (chunk, byte) {
        (Chunk::Size(digits), _) if byte.is_ascii_hexdigit() => {
            let digit = char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
            match digit.and_then(|digit| add(digits, 16, digit)) {
                Some(size) => Chunk::Size(Some(size)),
                None => return State::Lost,
            }
        }
        (Chunk::Size(Some(size)), b'\r') => Chunk::SizeLf(size),
        (Chunk::SizeLf(0), b'\n') => Chunk::EndCr,
        (Chunk::SizeLf(size), b'\n') => Chunk::Data(size),
        (Chunk::DataCr, b'\r') => Chunk::DataLf,
        (Chunk::DataLf, b'\n') => Chunk::Size(None),
        (Chunk::EndCr, b'\r') => Chunk::EndLf,
        (Chunk::EndLf, b'\n') => return START,
        _ => return State::Lost,
    })
}

/// Whether this byte, ignoring case, continues a name.
fn begins(name: &[u8], count: usize, byte: u8) -> bool {
    name.get(count).is_some_and(|wanted| byte.eq_ignore_ascii_case(wanted))
}

fn add(digits: Option<u64>, base: u64, digit: u8) -> Option<u64> {
    digits.unwrap_or(0).checked_mul(base)?.checked_add(digit.into())
}

#[cfg(test)]
mod tests {
    use http::{HeaderName, HeaderValue};

    use super::*;

    /// What a request leaves of its head.
    fn with(rows: &[(HeaderName, &'static str)]) -> HeaderMap {
        rows.iter().map(|(name, value)| (name.clone(), HeaderValue::from_static(value))).collect()
    }

    fn read(parts: &[&[u8]]) -> Heads {
        let heads = Heads::default();
        let mut framing = Framing::new(heads.clone());
        for part in parts {
            framing.follow(part);
        }
        heads
    }

    /// The heads that are found in these bytes, which are cut at every place and into single bytes.
    fn found(text: &str) -> (Vec<Framed>, bool) {
        let bytes = text.as_bytes();
        let of = |parts: &[&[u8]]| {
            let heads = read(parts);
            let noted = heads.lock();
            (noted.ahead.iter().copied().collect::<Vec<_>>(), noted.lost)
        };
        let whole = of(&[bytes]);
        for at in 0..bytes.len() {
            assert_eq!(of(&[&bytes[..at], &bytes[at..]]), whole, "{text:?} at {at}");
        }
        assert_eq!(of(&bytes.chunks(1).collect::<Vec<_>>()), whole, "{text:?}");
        whole
    }

    const POST: &str = "POST /mcp HTTP/1.1\r\nHost: localhost\r\n";
    const FIVE: &str = "Content-Length: 5\r\n";
    const CHUNKED: &str = "Transfer-Encoding: chunked\r\n";
    const BODY: &str = "5\r\n12345\r\n0\r\n\r\n";

    #[test]
    fn each_head_is_found_however_it_is_written_and_wherever_it_is_cut() {
        let rows: &[(String, &[Framed], bool)] = &[
            (format!("{POST}\r\n{POST}\r\n"), &[Framed::Nothing; 2], false),
            (format!("\r\n\n{POST}{FIVE}\r\n12345\r\n{POST}\r\n"), &[Framed::Length, Framed::Nothing], false),
            (
                format!("{POST}content-length:5\nCONTENT-LENGTH: \t5 \n\n12345{POST}\r\n"),
                &[Framed::Length, Framed::Nothing],
                false,
            ),
            (format!("{POST}Content-Length: 0\r\n\r\n{POST}\r\n"), &[Framed::Length, Framed::Nothing], false),
            (format!("{POST}{CHUNKED}\r\n{BODY}{POST}\r\n"), &[Framed::Chunks, Framed::Nothing], false),
            (format!("{POST}TRANSFER-encoding:chunked\n\n0A\r\n{FIVE}\r\n00\r\n\r\n"), &[Framed::Chunks], true),
            (format!("{POST}{FIVE}{CHUNKED}\r\n{BODY}"), &[Framed::Both], true),
            (format!("{POST}{CHUNKED}{FIVE}\r\n{BODY}"), &[Framed::Both], true),
            (format!("{POST}{CHUNKED}\r\n{BODY}{POST}{FIVE}{CHUNKED}\r\n"), &[Framed::Chunks, Framed::Both], true),
            // What is not followed is not guessed.
            (format!("{POST}{CHUNKED}\r\n5;a=b\r\n12345\r\n0\r\n\r\n{POST}\r\n"), &[Framed::Chunks], true),
            (format!("{POST}{CHUNKED}\r\n0\r\nA: b\r\n\r\n{POST}\r\n"), &[Framed::Chunks], true),
            (format!("{POST}{CHUNKED}\r\n10000000000000000\r\n"), &[Framed::Chunks], true),
            (format!("{POST}{CHUNKED}\r\n\r\n"), &[Framed::Chunks], true),
            (format!("{POST}Content-Length: 5\r\nContent-Length: 6\r\n\r\n"), &[], true),
            (format!("{POST}Content-Length: 5 5\r\n\r\n"), &[], true),
            (format!("{POST}Content-Length: +5\r\n\r\n"), &[], true),
            (format!("{POST}Content-Length: 18446744073709551616\r\n\r\n"), &[], true),
            (format!("{POST}Content-Length:\r\n\r\n"), &[], true),
        ];
        for (text, framed, lost) in rows {
            assert_eq!(found(text), (framed.to_vec(), *lost), "{text:?}");
        }
    }

    #[test]
    fn what_is_no_header_is_none() {
        for line in
            ["x-content-length: 5", " content-length: 5", "content-length-5: 5", "content-lengt: 5", "transfer-encodin"]
        {
            assert_eq!(found(&format!("{POST}{line}\r\n\r\n")), (vec![Framed::Nothing], false), "{line}");
        }
        let hidden = format!("\r\n{FIVE}{CHUNKED}\r\n{POST}{FIVE}{CHUNKED}\r\n");
        let length = format!("{POST}Content-Length: {}\r\n\r\n{hidden}{POST}\r\n", hidden.len());
        assert_eq!(found(&length), (vec![Framed::Length, Framed::Nothing], false));
        let chunks = format!("{POST}{CHUNKED}\r\n{:x}\r\n{hidden}\r\n0\r\n\r\n{POST}\r\n", hidden.len());
        assert_eq!(found(&chunks), (vec![Framed::Chunks, Framed::Nothing], false));
    }

    #[test]
    fn a_request_is_what_was_noted_of_it() {
        const BAD: Result<(), StatusCode> = Err(StatusCode::BAD_REQUEST);
        let nothing = with(&[]);
        let length = with(&[(CONTENT_LENGTH, "5")]);
        let chunks = with(&[(TRANSFER_ENCODING, "Chunked")]);
        let heads = read(&[format!("{POST}\r\n{POST}{FIVE}\r\n12345{POST}{CHUNKED}\r\n{BODY}").as_bytes()]);
        assert_eq!([&nothing, &length, &chunks].map(|headers| heads.check(headers)), [Ok(()); 3]);
        assert_eq!(heads.check(&nothing), BAD, "nothing was noted");
        for (text, passed_on) in [
            (format!("{POST}{FIVE}{CHUNKED}\r\n"), &chunks),
            (format!("{POST}{FIVE}\r\n"), &chunks),
            (format!("{POST}{CHUNKED}\r\n"), &length),
            (format!("{POST}\r\n"), &length),
            (format!("{POST}{FIVE}\r\n"), &nothing),
        ] {
            assert_eq!(read(&[text.as_bytes()]).check(passed_on), BAD, "{text}");
        }
        let two = [(TRANSFER_ENCODING, "chunked"), (TRANSFER_ENCODING, "chunked")];
        for other in [&[(TRANSFER_ENCODING, "gzip, chunked")][..], &[(TRANSFER_ENCODING, "chunked;a=b")], &two] {
            let checked = read(&[format!("{POST}{CHUNKED}\r\n").as_bytes()]).check(&with(other));
            assert_eq!(checked, Err(StatusCode::NOT_IMPLEMENTED), "{other:?}");
        }
    }

    #[test]
    fn only_so_much_is_noted() {
        let heads = read(&[b"G / HTTP/1.1\r\n\r\n".repeat(MOST_AHEAD + 10).as_slice()]);
        let noted = heads.lock();
        assert_eq!((noted.ahead.len(), noted.lost), (MOST_AHEAD, true));
        assert_eq!(size_of::<Framed>(), 1);
    }
}
