//! The messages of a client of a protocol before 2026-07-28 over HTTP, sent and read one by one.

use secure_tool_testkit::within;
use serde_json::{Value, json};

use crate::clients::{HttpServer, http_client};

/// The request that opens a session.
#[must_use]
pub fn initializing(revision: &str, capabilities: &Value) -> Value {
    let client = json!({"name": "c", "version": "1"});
    let params = json!({"protocolVersion": revision, "capabilities": capabilities, "clientInfo": client});
    json!({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": params})
}

/// A call of a tool without arguments.
pub fn calling(id: impl Into<Value>, tool: &str) -> Value {
    let id = id.into();
    json!({"jsonrpc": "2.0", "id": id, "method": "tools/call", "params": {"name": tool, "arguments": {}}})
}

/// The notification that cancels a call.
#[must_use]
pub fn cancelling(id: &Value) -> Value {
    json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": id, "reason": "enough"}})
}

/// The answer of a person who says yes to a question.
#[must_use]
pub fn agreeing(question: &Value) -> Value {
    json!({"jsonrpc": "2.0", "id": question, "result": {"action": "accept", "content": {"confirm": true}}})
}

/// The capabilities of a client that shows forms.
#[must_use]
pub fn forms() -> Value {
    json!({"elicitation": {}})
}

/// Opens a session of 2025-11-25 for a client that shows forms: its token.
///
/// # Panics
///
/// If no session is opened in time.
pub async fn session(http: &HttpServer, name: &str) -> String {
    let body = initializing("2025-11-25", &forms()).to_string();
    let response = within("a session", http.post(Some(name), body).send()).await;
    let response = response.unwrap_or_else(|error| panic!("{error}"));
    let token = response.headers().get("mcp-session-id").and_then(|token| token.to_str().ok());
    token.unwrap_or_else(|| panic!("no session")).to_owned()
}

/// Sends a message in a session.
///
/// # Panics
///
/// If there is no response in time.
pub async fn send(http: &HttpServer, name: &str, session: &str, body: &Value) -> reqwest::Response {
    let request = http.post(Some(name), body.to_string()).header("mcp-session-id", session).build();
    let request = request.unwrap_or_else(|error| panic!("{error}"));
    let response = within("an answer", http_client().execute(request)).await;
    response.unwrap_or_else(|error| panic!("{error}"))
}

/// The events of a stream, one after the other.
#[derive(Debug)]
pub struct Events(reqwest::Response, String);

impl Events {
    /// Begins to read.
    ///
    /// # Panics
    ///
    /// If the response is no stream of events.
    #[must_use]
    pub fn begin(response: reqwest::Response) -> Self {
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self(response, String::new())
    }

    /// The next message; nothing at the end.
    ///
    /// # Panics
    ///
    /// If the stream breaks off, or none comes in time.
    pub async fn next(&mut self) -> Option<Value> {
        loop {
            if let Some((event, rest)) = self.1.split_once("\n\n") {
                let data = event.lines().find_map(|line| line.strip_prefix("data: ")).map(str::to_owned);
                self.1 = self.1.split_off(self.1.len() - rest.len());
                match data {
                    Some(data) => return Some(serde_json::from_str(&data).unwrap()),
                    None => continue,
                }
            }
            let chunk = within("the next event", self.0.chunk()).await.unwrap()?;
            self.1.push_str(std::str::from_utf8(&chunk).unwrap());
        }
    }
}
