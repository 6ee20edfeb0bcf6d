//! The lines of a log: records that begin with their number.

use std::{
    cell::RefCell,
    io::{self, BufRead, Read},
};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::super::{AuditError, RECORD_VERSION};

/// The maximum length of a line.
pub(super) const LONGEST: usize = 16 << 20;
/// Room in front of a record for `{"seq":18446744073709551615`.
const ROOM: usize = 32;
/// A buffer larger than this is not kept.
const KEPT: usize = 64 << 10;
const SEQ: &[u8] = br#"{"seq":"#;

thread_local! {
    static BUFFER: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// A serialized record, with room for the number that it gets when it is written.
pub(super) struct Unnumbered<'a>(&'a mut [u8]);

/// Serializes a record, before any lock is taken, into a buffer that the thread keeps.
pub(super) fn serialized<T>(
    record: &impl Serialize,
    write: impl FnOnce(Unnumbered<'_>) -> Result<T, AuditError>,
) -> Result<T, AuditError> {
    // If the serialization of a record writes another record, the buffer is in use and a new one is allocated.
    let mut buffer = BUFFER.take();
    buffer.clear();
    buffer.resize(ROOM, 0);
    serde_json::to_writer(&mut buffer, record)?;
    buffer.push(b'\n');
    if buffer.len() - ROOM > LONGEST {
        return Err(AuditError::new("the record is longer than 16 MiB"));
    }
    if !matches!(buffer.get(ROOM..ROOM + 2), Some([b'{', b'"'])) {
        return Err(AuditError::new("the record is not a JSON object with fields"));
    }
    let written = write(Unnumbered(&mut buffer));
    if buffer.capacity() <= KEPT {
        BUFFER.set(buffer);
    }
    written
}

impl Unnumbered<'_> {
    /// The whole line, with its newline.
    pub(super) fn number(&mut self, seq: u64) -> &[u8] {
        let mut at = ROOM;
        let mut put = |byte: u8| {
            at -= 1;
            if let Some(place) = self.0.get_mut(at) {
                *place = byte;
            }
        };
        let mut rest = seq;
        loop {
            put(b'0' + u8::try_from(rest % 10).unwrap_or_default());
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        SEQ.iter().rev().for_each(|&byte| put(byte));
        if let Some(brace) = self.0.get_mut(ROOM) {
            *brace = b',';
        }
        self.0.get(at..).unwrap_or_default()
    }
}

/// The number in front of a line.
pub(super) fn number(line: &[u8]) -> Option<u64> {
    let rest = line.strip_prefix(SEQ)?;
    let digits = rest.iter().position(|&byte| byte == b',')?;
    super::checkpoint::number(std::str::from_utf8(rest.get(..digits)?).ok()?)
}

/// The log's own events, between the records.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub(super) enum LogEvent {
    /// A process has opened the log and found `unsigned` records that no checkpoint covered.
    Opened { unsigned: u64 },
    /// An incomplete line at the end was truncated.
    Cut { bytes: u64, sha256: String },
    /// A new segment has begun.
    Rotated,
    /// Writing works again; `refused` records were refused in the meantime.
    Resumed { refused: u64 },
    /// Segments were deleted because they are older than the retention time.
    Deleted { retain_seconds: u64 },
    /// The process has closed the log.
    Closed,
}

/// An event of the log itself, on its own line like a record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Event {
    version: u16,
    kind: String,
    pub(super) time: DateTime<Utc>,
    /// All records below this number may have been deleted.
    pub(super) deleted_below: u64,
    #[serde(flatten)]
    pub(super) what: LogEvent,
}

/// The kind of the log's own events.
const KIND: &str = "ledger";

impl Event {
    pub(super) fn now(deleted_below: u64, what: LogEvent) -> Self {
        Self { version: RECORD_VERSION, kind: KIND.into(), time: Utc::now(), deleted_below, what }
    }

    /// Parses a line; `None` if it is not such an event.
    pub(super) fn read(line: &[u8]) -> Option<Self> {
        let fields = line.get(line.iter().position(|&byte| byte == b',')? + 1..)?;
        let version = fields.strip_prefix(br#""version":"#)?;
        let kind = version.get(version.iter().position(|&byte| byte == b',')? + 1..)?;
        if !kind.starts_with(br#""kind":"ledger","#) {
            return None;
        }
        serde_json::from_slice(line).ok()
    }
}

/// Reads the next line into a buffer, without its newline. `None` at the end.
pub(super) fn next(from: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<Option<Ending>> {
    line.clear();
    let limit = u64::try_from(LONGEST).unwrap_or(u64::MAX) + 1;
    if from.by_ref().take(limit).read_until(b'\n', line)? == 0 {
        return Ok(None);
    }
    if line.pop_if(|last| *last == b'\n').is_some() {
        return Ok(Some(Ending::Newline));
    }
    Ok(Some(if line.len() > LONGEST { Ending::TooLong } else { Ending::EndOfFile }))
}

/// How a line ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    Newline,
    EndOfFile,
    TooLong,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_the_record_with_its_number() {
        for seq in [0, 7, 10, 4_711, u64::MAX] {
            let line = serialized(&serde_json::json!({"a": 1}), |mut record| Ok(record.number(seq).to_vec())).unwrap();
            assert_eq!(String::from_utf8(line.clone()).unwrap(), format!("{{\"seq\":{seq},\"a\":1}}\n"));
            assert_eq!(number(&line), Some(seq));
        }
        for line in
            ["", "{", r#"{"seq":"#, r#"{"seq":1}"#, r#"{"seq":01,"#, r#"{"seq":-1,"#, r#"{"seq":,"#, r#" {"seq":1,"#]
        {
            assert_eq!(number(line.as_bytes()), None, "{line}");
        }
    }

    #[test]
    fn what_is_not_an_object_is_no_record() {
        for record in [serde_json::json!({}), serde_json::json!([1]), serde_json::json!("x")] {
            assert!(serialized(&record, |_| Ok(())).is_err(), "{record}");
        }
        assert!(serialized(&serde_json::json!({"a": "x".repeat(LONGEST)}), |_| Ok(())).is_err());
    }

    #[test]
    fn an_event_is_read_back_and_nothing_else_is() {
        let event = Event::now(3, LogEvent::Cut { bytes: 12, sha256: "00".into() });
        let line = serialized(&event, |mut record| Ok(record.number(9).to_vec())).unwrap();
        let text = String::from_utf8(line.clone()).unwrap();
        let start = format!(r#"{{"seq":9,"version":{RECORD_VERSION},"kind":"ledger","time":""#);
        assert!(text.starts_with(&start), "{text}");
        assert_eq!(Event::read(line.trim_ascii_end()), Some(event));
        let foreign = text.replace("\"ledger\"", "\"failed_logins\"");
        assert_eq!(Event::read(foreign.trim_end().as_bytes()), None);
    }
}
