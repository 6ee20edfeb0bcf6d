//! Notifications of progress (MCP, "progress").

use serde::{Deserialize, Serialize};

/// A longer token is ignored.
const LONGEST: usize = 256;

/// The token by which a client distinguishes its calls. It is sent back unchanged.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(untagged)]
pub(crate) enum ProgressToken {
    Number(i64),
    Text(Box<str>),
}

impl ProgressToken {
    /// The token, if it is one that is sent back.
    pub(crate) fn bounded(self) -> Option<Self> {
        match &self {
            Self::Text(text) if text.len() > LONGEST => None,
            Self::Text(_) | Self::Number(_) => Some(self),
        }
    }
}

/// What a notification says.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ProgressNotice<'a> {
    pub(crate) progress_token: &'a ProgressToken,
    pub(crate) progress: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) total: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) message: Option<&'a str>,
}

impl ProgressNotice<'_> {
    /// As it is sent. Nothing in it can fail.
    pub(crate) fn to_json(&self) -> Vec<u8> {
        #[derive(Serialize)]
        struct Notification<'a> {
            jsonrpc: &'static str,
            method: &'static str,
            params: &'a ProgressNotice<'a>,
        }
        let notification = Notification { jsonrpc: "2.0", method: "notifications/progress", params: self };
        serde_json::to_vec(&notification).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{from_str, from_value, json};

    use super::*;

    #[test]
    fn a_token_is_sent_back_as_it_came() {
        for token in [json!("abc"), json!(7), json!(-1), json!(i64::MAX), json!(""), json!("\u{0}\"")] {
            let read: ProgressToken = from_value(token.clone()).unwrap();
            let notice =
                ProgressNotice { progress_token: &read.bounded().unwrap(), progress: 3, total: Some(4), message: None };
            let sent: serde_json::Value = serde_json::from_slice(&notice.to_json()).unwrap();
            assert_eq!(
                sent,
                json!({"jsonrpc": "2.0", "method": "notifications/progress",
                    "params": {"progressToken": token, "progress": 3, "total": 4}})
            );
        }
    }

    #[test]
    fn what_is_no_token_is_none() {
        for token in ["1.5", "1.0", "{}", "[]", "true", "null", "99999999999999999999"] {
            assert!(from_str::<ProgressToken>(token).is_err(), "{token}");
        }
        let text = |length: usize| ProgressToken::Text("x".repeat(length).into()).bounded();
        assert!(text(LONGEST).is_some() && text(LONGEST + 1).is_none());
    }
}
