//! JSON-RPC errors for messages that are refused before a handler sees them: codes and sentences in one table, for every transport.

use serde::Serialize;
use serde_json::value::RawValue;

use super::TooMuch;

/// Why a message is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MessageError {
    /// It is not JSON, or not UTF-8.
    NotJson,
    /// It is JSON, but neither a request, nor a notification, nor a response.
    NotAMessage,
    /// It is a batch, which MCP does not support.
    Batch,
    /// It exceeds a limit, and was not parsed.
    TooMuch(TooMuch),
    /// No such method.
    UnknownMethod,
    /// The method exists, but the parameters are not valid for it.
    InvalidParams,
    /// The server did not issue this cursor: every list has one page.
    UnknownCursor,
    /// An object in the parameters has a duplicate key.
    DuplicateKey,
    /// A request with this id is already in progress.
    IdInUse,
    /// The client has too many requests in progress.
    Busy,
}

impl MessageError {
    /// The code and the sentence. A sentence never repeats what was sent.
    fn row(self) -> (i32, &'static str) {
        match self {
            Self::NotJson => (-32700, "the message is not JSON"),
            Self::NotAMessage => (-32600, "the message is not a valid JSON-RPC message"),
            Self::Batch => (-32600, "batches are not supported: send one message at a time"),
            Self::TooMuch(limit) => (-32600, limit.sentence()),
            Self::UnknownMethod => (-32601, "method not found"),
            Self::InvalidParams => (-32602, "the parameters are not valid for this method"),
            Self::UnknownCursor => (-32602, "this server did not issue this cursor"),
            Self::DuplicateKey => (-32602, "an object in the parameters has the same key twice"),
            Self::IdInUse => (-32600, "a request with this id is still in progress"),
            // From the range for server-defined errors in JSON-RPC, below the codes that MCP uses.
            Self::Busy => (-32005, "too many requests are in progress: wait for their responses"),
        }
    }

    /// The code of JSON-RPC.
    pub(crate) fn code(self) -> i32 {
        self.row().0
    }

    /// The message for the sender.
    pub(crate) fn sentence(self) -> &'static str {
        self.row().1
    }

    /// The error response as JSON. Without an id it has no `id` member, as MCP requires.
    pub(crate) fn response(self, id: Option<&RawValue>) -> Vec<u8> {
        let (code, message) = self.row();
        // Strings, a number and valid JSON can always be written.
        serde_json::to_vec(&Response { jsonrpc: "2.0", id, error: Error { code, message } }).unwrap_or_default()
    }
}

#[derive(Serialize)]
struct Response<'m> {
    jsonrpc: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'m RawValue>,
    error: Error,
}

#[derive(Serialize)]
struct Error {
    code: i32,
    message: &'static str,
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn an_error_is_a_json_rpc_response() {
        let parsed = |bytes: Vec<u8>| serde_json::from_slice::<Value>(&bytes).unwrap();
        let id: &RawValue = serde_json::from_str(r#""a\n7""#).unwrap();
        assert_eq!(
            parsed(MessageError::InvalidParams.response(Some(id))),
            json!({"jsonrpc": "2.0", "id": "a\n7", "error":
                {"code": -32602, "message": "the parameters are not valid for this method"}})
        );
        assert_eq!(
            parsed(MessageError::TooMuch(TooMuch::Depth).response(None)),
            json!({"jsonrpc": "2.0", "error": {"code": -32600, "message": "the message is nested too deeply"}})
        );
    }
}
