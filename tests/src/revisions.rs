//! Helpers that send a request to one server at every protocol revision, over every transport.

use std::error::Error;

use http::HeaderValue;
use rmcp::{ServiceError, service::ClientServiceExt};
use secure_tool::{Caller, SecureServer};
use secure_tool_testkit::within;
use serde::Serialize;
use serde_json::{Value, json};

use crate::clients::{Client, HttpServer, connect_by_pipe, discover, http_client, pipe};

/// The three revisions.
pub const REVISIONS: [&str; 3] = ["2025-06-18", "2025-11-25", "2026-07-28"];

/// A client of each transport and each era, with its name. Over HTTP the name of the caller is its key.
///
/// # Errors
///
/// If the server does not let one of them.
pub async fn clients<S: Send + Sync + 'static>(
    server: &SecureServer<S>,
    http: &HttpServer,
    name: &str,
    caller: &Caller,
) -> Result<Vec<(&'static str, Client)>, Box<dyn Error>> {
    let modern = within("a client", ().serve_with_lifecycle(pipe(server, caller.clone()), discover()));
    Ok(vec![
        ("HTTP, 2026-07-28", http.connect(name).await?),
        ("HTTP, 2025-11-25", http.connect_legacy(name).await?),
        ("a pipe, 2026-07-28", modern.await?),
        ("a pipe, 2025-11-25", connect_by_pipe(server, caller.clone(), ()).await?),
    ])
}

/// A request over HTTP at a revision, as its bytes go out.
pub fn request(
    http: &HttpServer,
    key: Option<&str>,
    revision: &str,
    method: &str,
    params: &Value,
) -> reqwest::RequestBuilder {
    let mut params = params.clone();
    if let (true, Value::Object(params)) = (revision == "2026-07-28", &mut params) {
        let meta = json!({
            "io.modelcontextprotocol/protocolVersion": revision,
            "io.modelcontextprotocol/clientCapabilities": {},
        });
        params.insert("_meta".into(), meta);
    }
    let mut request = http_client()
        .post(http.url())
        .header("accept", "application/json, text/event-stream")
        .header("content-type", "application/json")
        .header("mcp-protocol-version", revision);
    if revision == "2026-07-28" {
        request = request.header("mcp-method", method);
        if let Some(named) = ["uri", "name"].into_iter().find_map(|key| params.get(key)?.as_str()) {
            request = request.header("mcp-name", named);
        }
    }
    let body = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
    request = request.body(body.to_string());
    if let Some(key) = key { request.bearer_auth(key) } else { request }
}

/// The status and the answer of such a request.
///
/// # Errors
///
/// If the request fails, or the answer is not JSON.
pub async fn ask(
    http: &HttpServer,
    key: Option<&str>,
    revision: &str,
    method: &str,
    params: &Value,
) -> Result<(u16, Value), reqwest::Error> {
    let response = request(http, key, revision, method, params).send().await?;
    Ok((response.status().as_u16(), response.json().await?))
}

/// The session that a client of an older revision opens.
///
/// # Errors
///
/// If the request fails, or the answer opens no session.
pub async fn open_session(http: &HttpServer, key: &str, revision: &str) -> Result<HeaderValue, Box<dyn Error>> {
    let client = json!({"protocolVersion": revision, "capabilities": {}, "clientInfo": {"name": "c", "version": "1"}});
    let opened = request(http, Some(key), revision, "initialize", &client).send().await?;
    Ok(opened.headers().get("mcp-session-id").ok_or("no session")?.clone())
}

/// Takes back a [`request`] of a session: the status of that.
///
/// # Errors
///
/// If the request fails.
pub async fn cancel(http: &HttpServer, key: &str, revision: &str, session: HeaderValue) -> Result<u16, reqwest::Error> {
    // A notification has no id.
    let body = json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 1}});
    let cancel = request(http, Some(key), revision, "notifications/cancelled", &json!({}));
    let response = cancel.header("mcp-session-id", session).body(body.to_string()).send().await?;
    Ok(response.status().as_u16())
}

/// A result, or the code of the error and its data without the call's id.
///
/// # Errors
///
/// If it is one.
///
/// # Panics
///
/// If the server has not answered.
pub fn received(result: Result<impl Serialize, ServiceError>) -> Result<Value, (i32, String)> {
    match result {
        Ok(result) => Ok(json!(result)),
        Err(ServiceError::McpError(error)) => {
            Err((error.code.0, anonymous(&json!({"m": error.message, "d": error.data}))))
        }
        Err(error) => panic!("{error:?}"),
    }
}

/// An answer without the id of its call.
#[must_use]
pub fn anonymous(answer: &Value) -> String {
    fn strip(value: &mut Value) {
        match value {
            Value::Object(object) => {
                object.remove("call_id");
                object.values_mut().for_each(strip);
            }
            Value::Array(items) => items.iter_mut().for_each(strip),
            _ => {}
        }
    }
    let mut answer = answer.clone();
    strip(&mut answer);
    answer.to_string()
}
