//! Real clients on real transports, and helpers that read what they receive.

use std::{future::Future, net::SocketAddr, sync::Arc};

use http::request::Parts;
use rmcp::{
    ClientHandler, RoleClient, ServiceError, ServiceExt,
    model::{CallToolRequestParams, CallToolResponse, CallToolResult, ErrorCode, ProtocolVersion, Tool},
    service::{ClientInitializeError, ClientLifecycleMode, ClientServiceExt, QuitReason, RunningService},
    transport::{StreamableHttpClientTransport, streamable_http_client::StreamableHttpClientTransportConfig},
};
use secure_tool::{
    CallError, Caller, Code, SecureServer, ServeError, ToolResponse,
    http::{ApiKeys, AuthError, Authenticator, HttpOptions, WeakKey},
};
use secure_tool_testkit::{LIMIT, within};
use serde_json::{Value, json};
use tokio::{io::DuplexStream, net::TcpListener, task::JoinError};

use crate::{alice, bob, carol};

/// Alice's API key.
pub const ALICE: &str = "test-key-of-alice-000000000000000000";
/// Bob's API key.
pub const BOB: &str = "test-key-of-bob-00000000000000000000";
/// Carol's API key.
pub const CAROL: &str = "test-key-of-carol-000000000000000000";

/// A connected client.
pub type Client = RunningService<RoleClient, ()>;

/// The keys of the three.
///
/// # Errors
///
/// Never, as they are long enough.
pub fn keys() -> Result<ApiKeys, WeakKey> {
    ApiKeys::new().with_key(ALICE, alice())?.with_key(BOB, bob())?.with_key(CAROL, carol())
}

/// A bearer token is the name of a caller that the function knows.
#[derive(Debug)]
pub struct Names(pub fn(&str) -> Option<Caller>);

impl Authenticator for Names {
    async fn authenticate(&self, request: &Parts) -> Result<Arc<Caller>, AuthError> {
        let header = request.headers.get("authorization").ok_or(AuthError::Missing)?;
        let name = header.to_str().ok().and_then(|header| header.strip_prefix("Bearer ")).ok_or(AuthError::Invalid)?;
        (self.0)(name).map(Arc::new).ok_or(AuthError::Invalid)
    }
}

/// A server on a free port of this machine, until it is dropped.
#[derive(Debug)]
pub struct HttpServer {
    /// Where it listens.
    pub address: SocketAddr,
    task: tokio::task::JoinHandle<Result<(), ServeError>>,
}

impl HttpServer {
    /// Serves over HTTP with the API keys of the three.
    ///
    /// # Errors
    ///
    /// If there is no free port.
    pub async fn start<S: Send + Sync + 'static>(
        server: &SecureServer<S>,
        options: HttpOptions,
    ) -> Result<Self, Box<dyn std::error::Error>> {
        Self::start_with(server, keys()?, options).await
    }

    /// Serves over HTTP with credentials of the test's own.
    ///
    /// # Errors
    ///
    /// If there is no free port.
    pub async fn start_with<S: Send + Sync + 'static>(
        server: &SecureServer<S>,
        authenticator: impl Authenticator,
        options: HttpOptions,
    ) -> Result<Self, Box<dyn std::error::Error>> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        Self::start_on(listener, server, authenticator, options)
    }

    /// The same where the options have to know the address.
    ///
    /// # Errors
    ///
    /// If the listener is none any more.
    pub fn start_on<S: Send + Sync + 'static>(
        listener: TcpListener,
        server: &SecureServer<S>,
        authenticator: impl Authenticator,
        options: HttpOptions,
    ) -> Result<Self, Box<dyn std::error::Error>> {
        let address = listener.local_addr()?;
        let server = server.clone();
        let task = tokio::spawn(async move { server.serve_http(listener, authenticator, options).await });
        Ok(Self { address, task })
    }

    /// One that another process serves.
    #[must_use]
    pub fn elsewhere(address: SocketAddr) -> Self {
        Self { address, task: tokio::spawn(std::future::pending()) }
    }

    /// The endpoint.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}/mcp", self.address)
    }

    /// Connects as a client of protocol 2026-07-28.
    ///
    /// # Errors
    ///
    /// If the server does not let it.
    #[track_caller]
    pub fn connect(&self, key: &str) -> impl Future<Output = Result<Client, ClientInitializeError>> {
        self.connect_as(key, ())
    }

    /// Connects as a client of protocol 2026-07-28 that answers as this handler does.
    ///
    /// # Errors
    ///
    /// If the server does not let it.
    #[track_caller]
    pub fn connect_as<H: ClientHandler>(
        &self,
        key: &str,
        handler: H,
    ) -> impl Future<Output = Result<RunningService<RoleClient, H>, ClientInitializeError>> {
        within("a client to connect", handler.serve_with_lifecycle(self.transport(key), discover()))
    }

    /// Connects as a client of protocol 2025-11-25.
    ///
    /// # Errors
    ///
    /// If the server does not let it.
    #[track_caller]
    pub fn connect_legacy(&self, key: &str) -> impl Future<Output = Result<Client, ClientInitializeError>> {
        self.connect_legacy_as(key, ())
    }

    /// Connects as a client of protocol 2025-11-25 that answers as this handler does.
    ///
    /// # Errors
    ///
    /// If the server does not let it.
    #[track_caller]
    pub fn connect_legacy_as<H: ClientHandler>(
        &self,
        key: &str,
        handler: H,
    ) -> impl Future<Output = Result<RunningService<RoleClient, H>, ClientInitializeError>> {
        within("an older client to connect", handler.serve(self.transport(key)))
    }

    fn transport(&self, key: &str) -> StreamableHttpClientTransport<reqwest::Client> {
        let mut config = StreamableHttpClientTransportConfig::with_uri(self.url()).auth_header(key);
        config.max_concurrent_requests = 64;
        StreamableHttpClientTransport::from_config(config)
    }

    /// Sends a body as it is, as a client of protocol 2025-11-25 would.
    pub fn post(&self, key: Option<&str>, body: impl Into<reqwest::Body>) -> reqwest::RequestBuilder {
        let request = http_client()
            .post(self.url())
            .header("accept", "application/json, text/event-stream")
            .header("content-type", "application/json")
            .header("mcp-protocol-version", "2025-11-25")
            .body(body);
        match key {
            Some(key) => request.bearer_auth(key),
            None => request,
        }
    }

    /// Calls a tool as a client of protocol 2026-07-28 would, whose headers repeat what the message says: the headers may name another tool.
    pub fn post_modern(
        &self,
        key: Option<&str>,
        header: &str,
        tool: &str,
        arguments: &Value,
    ) -> reqwest::RequestBuilder {
        let meta = json!({
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientCapabilities": {},
        });
        let params = json!({"name": tool, "arguments": arguments, "_meta": meta});
        let body = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}).to_string();
        let request = http_client()
            .post(self.url())
            .header("accept", "application/json, text/event-stream")
            .header("content-type", "application/json")
            .header("mcp-protocol-version", "2026-07-28")
            .header("mcp-method", "tools/call")
            .header("mcp-name", header)
            .body(body);
        match key {
            Some(key) => request.bearer_auth(key),
            None => request,
        }
    }
}

impl Drop for HttpServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// How a client of protocol 2026-07-28 begins.
#[must_use]
pub fn discover() -> ClientLifecycleMode {
    ClientLifecycleMode::Discover { preferred_versions: vec![ProtocolVersion::V_2026_07_28] }
}

/// The JSON-RPC message of a call.
#[must_use]
pub fn message(tool: &str, arguments: &Value) -> String {
    json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": tool, "arguments": arguments}})
        .to_string()
}

/// A client for bare HTTP requests, none of which takes longer than [`LIMIT`].
///
/// # Panics
///
/// If it cannot be built.
#[must_use]
pub fn http_client() -> reqwest::Client {
    reqwest::Client::builder().timeout(LIMIT).build().unwrap()
}

/// Calls a tool as a client does.
#[track_caller]
pub fn call<H: ClientHandler>(
    client: &RunningService<RoleClient, H>,
    tool: &'static str,
    arguments: Value,
) -> impl Future<Output = Result<CallToolResult, ServiceError>> {
    let params = CallToolRequestParams::new(tool).with_arguments(object(arguments));
    within(format!("the result of {tool}"), client.call_tool(params))
}

/// Makes one round of a call: the result may be a question.
#[track_caller]
pub fn call_once<H: ClientHandler>(
    client: &RunningService<RoleClient, H>,
    params: CallToolRequestParams,
) -> impl Future<Output = Result<CallToolResponse, ServiceError>> {
    within(format!("the result of {}", params.name), client.call_tool_once(params))
}

/// The client's end of a pipe; at the other end the server serves this caller.
#[must_use]
pub fn pipe<S: Send + Sync + 'static>(server: &SecureServer<S>, caller: Caller) -> DuplexStream {
    let (near, far) = tokio::io::duplex(1 << 16);
    let (input, output) = tokio::io::split(far);
    tokio::spawn(server.clone().serve_io(caller, input, output));
    near
}

/// Connects by a pipe as a client of protocol 2025-11-25 that answers as this handler does.
///
/// # Errors
///
/// If the server does not let it.
#[track_caller]
pub fn connect_by_pipe<S: Send + Sync + 'static, H: ClientHandler>(
    server: &SecureServer<S>,
    caller: Caller,
    handler: H,
) -> impl Future<Output = Result<RunningService<RoleClient, H>, ClientInitializeError>> {
    within("a client to connect by a pipe", handler.serve(pipe(server, caller)))
}

/// Lists the tools as a client does.
#[track_caller]
pub fn list<H: ClientHandler>(
    client: &RunningService<RoleClient, H>,
) -> impl Future<Output = Result<Vec<Tool>, ServiceError>> {
    within("the list of tools", client.list_all_tools())
}

/// Ends a client.
#[track_caller]
pub fn close<H: ClientHandler>(
    client: RunningService<RoleClient, H>,
) -> impl Future<Output = Result<QuitReason, JoinError>> {
    within("a client to end", client.cancel())
}

/// Calls a tool from within the process.
#[track_caller]
pub fn call_inside<S: Send + Sync + 'static>(
    server: &SecureServer<S>,
    caller: &secure_tool::Caller,
    tool: &str,
    arguments: Value,
) -> impl Future<Output = CallToolResult> {
    let caller = Arc::new(caller.clone());
    let what = format!("the result of {tool}");
    within(what, async move { received(&server.call(&caller, tool, object(arguments)).await) })
}

fn object(value: Value) -> serde_json::Map<String, Value> {
    if let Value::Object(object) = value { object } else { serde_json::Map::new() }
}

/// A response as a client receives it, whose types say the same as its JSON.
///
/// # Panics
///
/// If they do not, or it is no tool result of MCP.
#[must_use]
pub fn received(response: &ToolResponse) -> CallToolResult {
    let result: CallToolResult = serde_json::from_value(serde_json::to_value(response).unwrap()).unwrap();
    let refusal = result.meta.as_ref().and_then(|meta| meta.get("secure-tool/refusal"));
    assert_eq!(Some(response.is_error()), result.is_error);
    assert_eq!(response.structured(), result.structured_content.as_ref());
    assert_eq!(response.text(), texts(&result).join("\n"));
    assert_eq!(response.content().len(), result.content.len());
    assert_eq!(response.error().map(|error| serde_json::to_value(error).unwrap()).as_ref(), refusal);
    assert!(response.error().is_none_or(|error| error.call_id() == response.call_id()));
    result
}

/// What a call was answered with, at a client or within the process.
pub trait Received {
    /// See [`code()`].
    fn code(&self) -> String;
    /// See [`text()`].
    fn text(&self) -> String;
}

impl Received for CallToolResult {
    fn code(&self) -> String {
        let refusal =
            self.meta.as_ref().and_then(|meta| meta.get("secure-tool/refusal")).and_then(|refusal| refusal.get("code"));
        match (self.is_error, refusal) {
            (Some(true), Some(Value::String(code))) => code.clone(),
            (Some(true), _) => "an error without a code".into(),
            _ => "ok".into(),
        }
    }

    fn text(&self) -> String {
        texts(self).concat()
    }
}

impl Received for ToolResponse {
    fn code(&self) -> String {
        let code = received(self).code();
        assert_eq!(code, self.error().map(CallError::code).map_or("ok", Code::as_str));
        code
    }

    fn text(&self) -> String {
        received(self).text()
    }
}

fn texts(result: &CallToolResult) -> Vec<&str> {
    result.content.iter().filter_map(|block| block.as_text()).map(|text| text.text.as_str()).collect()
}

/// The code of a refusal, or `ok`.
#[must_use]
pub fn code(result: &impl Received) -> String {
    result.code()
}

/// What comes of an answer to a question. A state that does not count is an error of the protocol (MCP, multi round-trip requests), here
/// shown as a result like the others; nothing where it is anything else.
#[must_use]
pub fn answered(outcome: Result<CallToolResponse, ServiceError>) -> Option<CallToolResult> {
    const DOES_NOT_COUNT: &str = "This answer is not valid";
    match outcome {
        Ok(CallToolResponse::Complete(result)) if !text(&result).contains(DOES_NOT_COUNT) => Some(result),
        Err(ServiceError::McpError(error))
            if error.code == ErrorCode::INVALID_PARAMS && error.message.starts_with(DOES_NOT_COUNT) =>
        {
            let mut result = CallToolResult::error(vec![]);
            result.meta.get_or_insert_default().insert("secure-tool/refusal".into(), error.data?);
            Some(result)
        }
        _ => None,
    }
}

/// The text of a result.
#[must_use]
pub fn text(result: &impl Received) -> String {
    result.text()
}

/// A serialized answer without what differs from call to call.
#[must_use]
pub fn without_call_id(answer: &str) -> String {
    let hex = |part: &str| part.len() >= 32 && part.bytes().take(32).all(|byte| byte.is_ascii_hexdigit());
    let mut out = String::with_capacity(answer.len());
    let mut rest = answer;
    while let Some(first) = rest.chars().next() {
        let skip = if hex(rest) { 32 } else { first.len_utf8() };
        let (head, tail) = rest.split_at(skip);
        out.push_str(if skip == 32 { "CALL" } else { head });
        rest = tail;
    }
    out
}
