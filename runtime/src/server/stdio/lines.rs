//! Reads lines of limited length.

use std::io;

use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};

/// How much of the buffer is kept between two lines.
const KEPT: usize = 64 * 1024;

/// Reads lines. Cancel-safe: nothing is lost if a read is dropped before it is ready.
pub(super) struct LineReader<R> {
    input: BufReader<R>,
    limit: usize,
    line: Vec<u8>,
    /// The line was returned.
    taken: bool,
    /// Skips the rest of a line that was too long.
    skipping: bool,
}

/// One line.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line<'l> {
    /// Without the `\n` at its end.
    Whole(&'l [u8]),
    /// Longer than the limit. Its content is discarded.
    TooLong,
}

impl<R: AsyncRead + Unpin> LineReader<R> {
    pub(super) fn new(input: R, limit: usize) -> Self {
        Self { input: BufReader::new(input), limit, line: Vec::new(), taken: false, skipping: false }
    }

    /// The next line; `None` at the end of the input. An unterminated last line is ignored.
    pub(super) async fn next(&mut self) -> io::Result<Option<Line<'_>>> {
        let Self { input, limit, line, taken, skipping } = self;
        if std::mem::take(taken) {
            line.clear();
            line.shrink_to(KEPT);
        }
        loop {
            let chunk = input.fill_buf().await?;
            if chunk.is_empty() {
                return Ok(None);
            }
            let end = chunk.iter().position(|byte| *byte == b'\n');
            let part = end.and_then(|end| chunk.get(..end)).unwrap_or(chunk);
            let consumed = part.len() + usize::from(end.is_some());
            let fits = line.len() + part.len() <= *limit;
            if fits && !*skipping {
                line.extend_from_slice(part);
            }
            input.consume(consumed);
            if *skipping {
                *skipping = end.is_none();
            } else if !fits {
                *line = Vec::new();
                *skipping = end.is_none();
                return Ok(Some(Line::TooLong));
            } else if end.is_some() {
                *taken = true;
                return Ok(Some(Line::Whole(line)));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;
    use tokio::io::{AsyncWriteExt, duplex};

    use super::*;

    async fn lines(text: &str, chunk: usize) -> Vec<String> {
        let (mut writer, reader) = duplex(chunk);
        let text = text.to_owned();
        let writing = tokio::spawn(async move { writer.write_all(text.as_bytes()).await });
        let mut reader = LineReader::new(reader, 5);
        let mut lines = Vec::new();
        while let Some(line) = reader.next().await.unwrap() {
            lines.push(match line {
                Line::Whole(line) => String::from_utf8(line.to_vec()).unwrap(),
                Line::TooLong => "too long".into(),
            });
        }
        writing.await.unwrap().unwrap();
        lines
    }

    #[tokio::test]
    async fn lines_are_the_same_however_they_arrive() {
        for chunk in [1, 2, 3, 7, 100] {
            let found = lines("one\n\n12345\n123456\n12345678901234567890\r\ntwo\r\nthe rest", chunk).await;
            assert_eq!(found, ["one", "", "12345", "too long", "too long", "two\r", "too long"], "{chunk}");
            assert_eq!(lines("one\nres", chunk).await, ["one"], "{chunk}: an unfinished line is none");
        }
    }

    #[tokio::test]
    async fn a_read_that_is_dropped_loses_nothing() {
        let (mut writer, reader) = duplex(100);
        let mut reader = LineReader::new(reader, 5);
        for part in ["12", "34", "5"] {
            writer.write_all(part.as_bytes()).await.unwrap();
            assert!(reader.next().now_or_never().is_none());
        }
        writer.write_all(b"\n123456").await.unwrap();
        assert_eq!(reader.next().await.unwrap(), Some(Line::Whole(b"12345")));
        assert_eq!(reader.next().await.unwrap(), Some(Line::TooLong), "before the line ends");
        assert!(reader.next().now_or_never().is_none());
        assert!(reader.line.capacity() == 0, "nothing of it is kept");
        writer.write_all(b"789\nok\n").await.unwrap();
        assert_eq!(reader.next().await.unwrap(), Some(Line::Whole(b"ok")));
    }
}
