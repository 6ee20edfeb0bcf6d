//! The clients: rmcp's own, over HTTP and over a pipe, and a bare HTTP request for what no client would send.

use std::{error::Error, net::SocketAddr};

use rmcp::{
    ClientLifecycleMode, ClientServiceExt, RoleClient, ServiceError,
    model::{CallToolRequestParams, CallToolResponse, ProtocolVersion},
    service::RunningService,
    transport::{
        StreamableHttpClientTransport,
        streamable_http_client::{
            AuthRequiredError, InsufficientScopeError, StreamableHttpClientTransportConfig as Config,
        },
    },
};
use secure_tool::SecureServer;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use super::{Outcome, human::Human};
use crate::{Billing, Person};

/// How many bytes a pipe holds.
const PIPE: usize = 64 * 1024;

/// A connected MCP client.
pub(super) struct Client {
    pub(super) name: &'static str,
    pub(super) human: Human,
    /// Whether a question is the result of a call, and its answer comes with another call.
    pub(super) in_rounds: bool,
    service: RunningService<RoleClient, Human>,
}

/// What came back in one round.
pub(super) enum Round {
    /// A question, and what the server wants to see again with the answer.
    Asked {
        question: String,
        state: String,
    },
    Done(Answer),
}

impl Client {
    /// A client of the newest protocol revision, with the person's key.
    pub(super) async fn http(person: Person, human: Human, address: SocketAddr) -> Outcome<Self> {
        let config = Config::with_uri(format!("http://{address}/mcp")).auth_header(person.key);
        let transport = StreamableHttpClientTransport::from_config(config);
        let discover = ClientLifecycleMode::Discover { preferred_versions: vec![ProtocolVersion::V_2026_07_28] };
        let service = human.clone().serve_with_lifecycle(transport, discover).await?;
        Ok(Self { name: label(person), human, in_rounds: true, service })
    }

    /// A client that begins with `initialize`, as those before that revision do. The server at the other end of the pipe was told who
    /// that is, as a server on stdio is.
    pub(super) async fn pipe(
        person: Person,
        human: Human,
        name: &'static str,
        server: SecureServer<Billing>,
    ) -> Outcome<Self> {
        let (ours, theirs) = tokio::io::duplex(PIPE);
        let (input, output) = tokio::io::split(theirs);
        tokio::spawn(async move { server.serve_io(person.caller(), input, output).await });
        let transport = tokio::io::split(ours);
        let service = human.clone().serve_with_lifecycle(transport, ClientLifecycleMode::Initialize).await?;
        Ok(Self { name, human, in_rounds: false, service })
    }

    /// The names that `tools/list` shows.
    pub(super) async fn tools(&self) -> Outcome<Vec<String>> {
        Ok(self.service.list_all_tools().await?.into_iter().map(|tool| tool.name.into_owned()).collect())
    }

    pub(super) async fn call(&self, tool: &'static str, arguments: &Value) -> Outcome<Answer> {
        let request =
            CallToolRequestParams::new(tool).with_arguments(arguments.as_object().cloned().unwrap_or_default());
        Ok(match self.service.call_tool(request).await {
            Ok(result) => Answer::Result(serde_json::to_value(result)?),
            Err(ServiceError::McpError(error)) => Answer::Error(serde_json::to_value(error)?),
            Err(error) => challenge(&error).ok_or(error)?,
        })
    }

    /// One round by hand: the call, or the call with a state and an answer that nobody need have given.
    pub(super) async fn round(
        &self,
        tool: &'static str,
        arguments: &Value,
        answer: Option<(&str, bool)>,
    ) -> Outcome<Round> {
        let mut request =
            CallToolRequestParams::new(tool).with_arguments(arguments.as_object().cloned().unwrap_or_default());
        if let Some((state, yes)) = answer {
            let action = if yes { "accept" } else { "decline" };
            request.request_state = Some(state.to_owned());
            let answer = json!({"action": action, "content": {"confirm": yes}});
            request.input_responses = Some([("confirm".to_owned(), answer)].into());
        }
        match self.service.call_tool_once(request).await {
            Err(ServiceError::McpError(error)) => Ok(Round::Done(Answer::Error(serde_json::to_value(error)?))),
            Ok(CallToolResponse::Complete(result)) => Ok(Round::Done(Answer::Result(serde_json::to_value(result)?))),
            Ok(CallToolResponse::InputRequired(asked)) => {
                let asked = serde_json::to_value(asked)?;
                let text = |pointer| asked.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
                let question = text("/inputRequests/confirm/params/message").ok_or("no question")?;
                Ok(Round::Asked { question, state: text("/requestState").ok_or("no state")? })
            }
            Ok(_) => Err("neither an answer nor a question".into()),
            Err(error) => Err(error.into()),
        }
    }

    pub(super) async fn close(self) -> Outcome<()> {
        self.service.cancel().await?;
        Ok(())
    }
}

fn label(person: Person) -> &'static str {
    match person.name {
        "alice" => "alice@acme",
        "bob" => "bob@globex",
        "carol" => "carol@acme",
        _ => "erin@support",
    }
}

/// What came back.
pub(super) enum Answer {
    /// The tool's result, which may be an error for the model.
    Result(Value),
    /// An error of the protocol.
    Error(Value),
    /// A refusal by HTTP: the status, and the `WWW-Authenticate` header or the body.
    Http(u16, String),
}

impl Answer {
    /// `allowed`, or the code of the refusal.
    pub(super) fn code(&self) -> String {
        let code = match self {
            Self::Result(result) if result.get("isError") != Some(&Value::Bool(true)) => return "allowed".to_owned(),
            Self::Result(result) => result.pointer("/_meta/secure-tool~1refusal/code"),
            Self::Error(error) => error.pointer("/data/code"),
            Self::Http(status, _) => return format!("HTTP {status}"),
        };
        code.and_then(Value::as_str).unwrap_or("no code").to_owned()
    }

    /// What the model, or the client's developer, reads.
    pub(super) fn lines(&self) -> Vec<String> {
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        match self {
            Self::Result(result) => match result.get("structuredContent") {
                Some(structured) => match structured.get("result") {
                    Some(Value::Array(items)) if !items.is_empty() => items.iter().map(text).collect(),
                    _ => vec![structured.to_string()],
                },
                None => result.pointer("/content/0/text").map(text).into_iter().collect(),
            },
            Self::Error(error) => vec![format!("JSON-RPC error {error}")],
            Self::Http(_, said) => vec![said.clone()],
        }
    }

    /// A field of the structured answer or, of a refusal, of its machine-readable part.
    pub(super) fn field(&self, name: &str) -> Option<&Value> {
        match self {
            Self::Result(result) => {
                let parts = [result.get("structuredContent"), result.pointer("/_meta/secure-tool~1refusal")];
                parts.into_iter().flatten().find_map(|part| part.get(name))
            }
            Self::Error(error) => error.pointer("/data").and_then(|data| data.get(name)),
            Self::Http(..) => None,
        }
    }

    pub(super) fn call_id(&self) -> &str {
        self.field("call_id").and_then(Value::as_str).unwrap_or_default()
    }

    /// All of it but the call's id: two refusals that must not differ are compared so.
    pub(super) fn without_id(&self) -> String {
        let whole = match self {
            Self::Result(value) | Self::Error(value) => value.to_string(),
            Self::Http(status, said) => format!("{status} {said}"),
        };
        if self.call_id().is_empty() { whole } else { whole.replace(self.call_id(), "") }
    }
}

/// The HTTP refusal behind an error of the client's transport.
fn challenge(error: &ServiceError) -> Option<Answer> {
    let header = |challenge: &str| format!("WWW-Authenticate: {challenge}");
    let ServiceError::TransportSend(error) = error else { return None };
    let mut source: Option<&(dyn Error + 'static)> = Some(error.error.as_ref());
    while let Some(error) = source {
        if let Some(scope) = error.downcast_ref::<InsufficientScopeError>() {
            return Some(Answer::Http(403, header(&scope.www_authenticate_header)));
        }
        if let Some(auth) = error.downcast_ref::<AuthRequiredError>() {
            return Some(Answer::Http(401, header(&auth.www_authenticate_header)));
        }
        source = error.source();
    }
    None
}

/// Posts a `tools/call` of `get_invoice` by hand, with these header lines besides the necessary ones.
pub(super) async fn post(address: SocketAddr, headers: &str) -> Outcome<Answer> {
    let body = r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"get_invoice","arguments":{"invoice":"inv_1001"}}}"#;
    let request = format!(
        "POST /mcp HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Type: application/json\r\n\
         Accept: application/json, text/event-stream\r\nContent-Length: {}\r\n{headers}\r\n{body}",
        body.len()
    );
    let mut connection = TcpStream::connect(address).await?;
    connection.write_all(request.as_bytes()).await?;
    let mut response = String::new();
    connection.read_to_string(&mut response).await?;

    let (head, body) = response.split_once("\r\n\r\n").ok_or("no HTTP response")?;
    let status = head.split(' ').nth(1).ok_or("no HTTP status")?.parse()?;
    let header = |line: &str| {
        let (name, value) = line.split_once(": ")?;
        name.eq_ignore_ascii_case("www-authenticate").then(|| format!("WWW-Authenticate: {value}"))
    };
    Ok(Answer::Http(status, head.lines().find_map(header).unwrap_or_else(|| body.to_owned())))
}
