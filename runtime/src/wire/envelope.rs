//! The outside of a JSON-RPC message: what kind it is, its id and its method. The parameters stay bytes.

use std::borrow::Cow;

use serde::{Deserialize, Deserializer, de::IgnoredAny};
use serde_json::value::RawValue;

use super::{Measure, MessageError, MessageLimits, TooMuch, scan};

/// Below it every whole number has a float of its own.
pub(super) const LARGEST_EXACT: f64 = 9_007_199_254_740_992.0;
/// The maximum length of an id, which every response repeats.
const LONGEST_ID: usize = 256;

/// One message of JSON-RPC.
#[derive(Debug)]
#[cfg_attr(not(feature = "http"), expect(dead_code, reason = "the transport for pipes reads the rest by itself"))]
pub(crate) enum Envelope<'m> {
    Request {
        id: &'m RawValue,
        method: Cow<'m, str>,
        params: Option<&'m RawValue>,
    },
    Notification {
        method: Cow<'m, str>,
        params: Option<&'m RawValue>,
    },
    /// The response to a request of the server.
    Result {
        id: Option<&'m RawValue>,
        result: &'m RawValue,
    },
    /// An error response to a request of the server or, without an id, to a message that the sender could not read.
    Error {
        id: Option<&'m RawValue>,
    },
}

/// Why the message is invalid, and the id of the request to answer.
#[derive(Debug)]
pub(crate) struct Rejected<'m> {
    pub(crate) error: MessageError,
    pub(crate) id: Option<&'m RawValue>,
}

impl From<MessageError> for Rejected<'_> {
    fn from(error: MessageError) -> Self {
        Self { error, id: None }
    }
}

/// What a message has. `None` is an absent member, `null` a present one.
#[derive(Deserialize)]
struct Members<'m> {
    #[serde(borrow, default, deserialize_with = "present")]
    jsonrpc: Option<&'m RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    id: Option<&'m RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    method: Option<&'m RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    params: Option<&'m RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    result: Option<&'m RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    error: Option<&'m RawValue>,
}

fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<&'de RawValue>, D::Error> {
    <&RawValue>::deserialize(deserializer).map(Some)
}

impl<'m> Envelope<'m> {
    /// Reads the outside of a message, whose size is measured before anything of it is parsed. Hands back the text as well, from which the
    /// rest is parsed.
    ///
    /// # Errors
    ///
    /// If it is none, or exceeds a limit.
    pub(crate) fn read(message: &'m [u8], limits: &MessageLimits) -> Result<(Self, &'m str, Measure), Rejected<'m>> {
        let measure = scan(message, limits).map_err(|limit| {
            let id = if limit == TooMuch::Bytes { None } else { request_id(message) };
            Rejected { error: MessageError::TooMuch(limit), id }
        })?;
        let (envelope, text) = Self::of(message)?;
        Ok((envelope, text, measure))
    }

    /// The same of a message that was measured.
    ///
    /// # Errors
    ///
    /// If it is none.
    pub(crate) fn of(message: &'m [u8]) -> Result<(Self, &'m str), Rejected<'m>> {
        let (members, text) = Members::read(message)?;
        Ok((members.classify()?, text))
    }
}

/// The id of a request that exceeds a limit. Skipping what is in it takes no memory, however much it is.
fn request_id(message: &[u8]) -> Option<&RawValue> {
    match Members::read(message).ok()?.0.classify() {
        Ok(Envelope::Request { id, .. }) => Some(id),
        Ok(_) => None,
        Err(rejected) => rejected.id,
    }
}

/// What is wrong with a text that has not the members of a message.
fn no_object(text: &str) -> MessageError {
    if serde_json::from_str::<IgnoredAny>(text).is_err() {
        MessageError::NotJson
    } else if text.starts_with('[') {
        MessageError::Batch
    } else {
        MessageError::NotAMessage
    }
}

impl<'m> Members<'m> {
    /// The members, and the text that they are in.
    fn read(message: &'m [u8]) -> Result<(Self, &'m str), MessageError> {
        let text = std::str::from_utf8(message).map_err(|_| MessageError::NotJson)?;
        // RFC 8259: a byte order mark may be ignored.
        let text = text.strip_prefix('\u{feff}').unwrap_or(text).trim_ascii();
        if !text.starts_with('{') {
            return Err(no_object(text));
        }
        let members = serde_json::from_str(text).map_err(|_| no_object(text))?;
        Ok((members, text))
    }

    fn classify(self) -> Result<Envelope<'m>, Rejected<'m>> {
        // The id of an answer was chosen by this server. The sender may use the same id for a request of its own, so an error does not repeat it.
        let is_answer = self.method.is_none() && (self.result.is_some() || self.error.is_some());
        let id = self.id.filter(|id| is_id(id) && !is_answer);
        let rejected = Rejected { error: MessageError::NotAMessage, id };
        if self.jsonrpc.is_none_or(|version| version.get() != r#""2.0""#) {
            return Err(rejected);
        }
        match (self.method, self.id, self.result, self.error) {
            (Some(method), present, None, None) => {
                let Ok(method) = serde_json::from_str::<Text<'m>>(method.get()) else { return Err(rejected) };
                match (present, id) {
                    (None, _) => Ok(Envelope::Notification { method: method.0, params: self.params }),
                    (Some(_), Some(id)) => Ok(Envelope::Request { id, method: method.0, params: self.params }),
                    (Some(_), None) => Err(rejected),
                }
            }
            (None, id, Some(result), None) => Ok(Envelope::Result { id, result }),
            (None, id, None, Some(_)) => Ok(Envelope::Error { id }),
            _ => Err(rejected),
        }
    }
}

/// A string, borrowed where it has no escapes.
#[derive(Deserialize)]
struct Text<'m>(#[serde(borrow)] Cow<'m, str>);

/// MCP: a string or an integer, which some clients write as `1.0`.
fn is_id(id: &RawValue) -> bool {
    let text = id.get();
    if text.len() > LONGEST_ID {
        false
    } else if text.starts_with('"') {
        serde_json::from_str::<Text<'_>>(text).is_ok()
    } else {
        let float = || serde_json::from_str::<f64>(text).is_ok_and(|id| id.fract() == 0.0 && id.abs() < LARGEST_EXACT);
        serde_json::from_str::<i64>(text).is_ok() || float()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: MessageLimits = MessageLimits { bytes: 2000, depth: 8, nodes: 100 };

    fn read(message: &str) -> String {
        match Envelope::read(message.as_bytes(), &LIMITS) {
            Ok((Envelope::Request { id, method, .. }, ..)) => format!("request {id} {method}"),
            Ok((Envelope::Notification { method, .. }, ..)) => format!("notification {method}"),
            Ok((Envelope::Result { .. }, ..)) => "result".into(),
            Ok((Envelope::Error { .. }, ..)) => "error".into(),
            Err(Rejected { error, id: Some(id) }) => format!("{error:?} {id}"),
            Err(Rejected { error, id: None }) => format!("{error:?}"),
        }
    }

    #[test]
    fn members_determine_the_kind_of_a_message() {
        for (message, expected) in [
            (r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#, "request 1 ping"),
            (
                "\u{feff} {\"jsonrpc\":\"2.0\",\"id\":\"a\",\"method\":\"tools\\/call\",\"params\":[{}]} \r",
                "request \"a\" tools/call",
            ),
            (r#"{"id":1.0,"method":"ping","jsonrpc":"2.0","more":1}"#, "request 1.0 ping"),
            (r#"{"jsonrpc":"2.0","method":"notifications/x","params":null}"#, "notification notifications/x"),
            (r#"{"jsonrpc":"2.0","id":1,"result":null}"#, "result"),
            (r#"{"jsonrpc":"2.0","id":null,"error":{}}"#, "error"),
            (r#"{"jsonrpc":"2.0","error":{}}"#, "error"),
        ] {
            assert_eq!(read(message), expected, "{message}");
        }
    }

    #[test]
    fn what_is_no_message_is_rejected_under_the_id_of_a_request_alone() {
        let long = format!(r#"{{"jsonrpc":"2.0","id":"{}","method":"ping"}}"#, "x".repeat(LONGEST_ID));
        for (message, expected) in [
            ("hello", "NotJson"),
            (r#"{"jsonrpc":"2.0","id":1"#, "NotJson"),
            (r#"{"jsonrpc":"2.0","id":1,"method":"ping"} {}"#, "NotJson"),
            ("[1,", "NotJson"),
            (r#"[{"jsonrpc":"2.0","id":1,"method":"ping"}]"#, "Batch"),
            ("[]", "Batch"),
            ("7", "NotAMessage"),
            ("{}", "NotAMessage"),
            (r#"{"jsonrpc":"2.0","id":1}"#, "NotAMessage 1"),
            (r#"{"id":1,"method":"ping"}"#, "NotAMessage 1"),
            (r#"{"jsonrpc":"1.0","id":1,"method":"ping"}"#, "NotAMessage 1"),
            (r#"{"jsonrpc":"2.0","id":1,"method":5}"#, "NotAMessage 1"),
            (r#"{"jsonrpc":"2.0","id":null,"method":"ping"}"#, "NotAMessage"),
            (r#"{"jsonrpc":"2.0","id":{},"method":"ping"}"#, "NotAMessage"),
            (r#"{"jsonrpc":"2.0","id":1.5,"method":"ping"}"#, "NotAMessage"),
            (&*long, "NotAMessage"),
            (r#"{"jsonrpc":"2.0","id":1,"id":2,"method":"ping"}"#, "NotAMessage"),
            (r#"{"jsonrpc":"2.0","id":1,"method":"ping","result":1}"#, "NotAMessage 1"),
            (r#"{"jsonrpc":"2.0","id":1,"result":1,"error":{}}"#, "NotAMessage"),
            (r#"{"id":1,"result":1}"#, "NotAMessage"),
        ] {
            assert_eq!(read(message), expected, "{message}");
        }
        assert_eq!(Envelope::read(b"\"\xff\"", &LIMITS).unwrap_err().error, MessageError::NotJson);
    }

    #[test]
    fn what_is_too_much_is_rejected_before_it_is_read() {
        let deep =
            |id: &str| format!(r#"{{{id}"jsonrpc":"2.0","method":"m","params":{}0{}}}"#, "[".repeat(8), "]".repeat(8));
        assert_eq!(read(&deep(r#""id":7,"#)), "TooMuch(Depth) 7", "and the sender is told");
        assert_eq!(read(&deep("")), "TooMuch(Depth)");
        assert_eq!(read(&"[".repeat(9)), format!("{:?}", MessageError::TooMuch(TooMuch::Depth)));
        assert_eq!(read(&",".repeat(101)), format!("{:?}", MessageError::TooMuch(TooMuch::Nodes)));
        assert_eq!(read(&" ".repeat(2001)), format!("{:?}", MessageError::TooMuch(TooMuch::Bytes)));
    }
}
