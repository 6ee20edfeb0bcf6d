//! The clients: rmcp's client over HTTP and over a pipe, and bare HTTP requests that no client would send.

use std::{error::Error, net::SocketAddr};

use rmcp::{
    ClientLifecycleMode, ClientServiceExt, RoleClient, ServiceError,
    model::{
        ArgumentInfo, CallToolRequestParams, CallToolResponse, CompleteRequestParams, GetPromptRequestParams,
        ProtocolVersion, ReadResourceRequestParams, Reference,
    },
    service::RunningService,
    transport::{
        StreamableHttpClientTransport,
        streamable_http_client::{
            AuthRequiredError, InsufficientScopeError, StreamableHttpClientTransportConfig as Config,
        },
    },
};
use secure_tool::SecureServer;
use serde::Serialize;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use super::{Outcome, answer::Answer, human::Human};
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

    /// The same of a client of an older protocol, with a session.
    pub(super) async fn older_http(person: Person, human: Human, address: SocketAddr) -> Outcome<Self> {
        let config = Config::with_uri(format!("http://{address}/mcp")).auth_header(person.key);
        let transport = StreamableHttpClientTransport::from_config(config);
        let service = human.clone().serve_with_lifecycle(transport, ClientLifecycleMode::Initialize).await?;
        Ok(Self { name: label(person), human, in_rounds: false, service })
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
        answer(self.service.call_tool(request).await)
    }

    /// What `resources/templates/list` shows.
    pub(super) async fn templates(&self) -> Outcome<Answer> {
        answer(self.service.list_resource_templates(None).await)
    }

    /// What `resources/list` shows.
    pub(super) async fn resources(&self) -> Outcome<Answer> {
        answer(self.service.list_resources(None).await)
    }

    /// What `prompts/list` shows.
    pub(super) async fn prompts(&self) -> Outcome<Answer> {
        answer(self.service.list_prompts(None).await)
    }

    pub(super) async fn prompt(&self, name: &str, arguments: &Value) -> Outcome<Answer> {
        let arguments = arguments.as_object().cloned().unwrap_or_default();
        answer(self.service.get_prompt(GetPromptRequestParams::new(name).with_arguments(arguments)).await)
    }

    /// What is offered for an argument of a prompt of which somebody has typed this.
    pub(super) async fn complete(&self, prompt: &str, argument: &str, typed: &str) -> Outcome<Answer> {
        let argument = ArgumentInfo::new(argument, typed);
        answer(self.service.complete(CompleteRequestParams::new(Reference::for_prompt(prompt), argument)).await)
    }

    pub(super) async fn read(&self, uri: &str) -> Outcome<Answer> {
        answer(self.service.read_resource(ReadResourceRequestParams::new(uri)).await)
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

/// What a client received, whatever it is that it asked for.
fn answer(outcome: Result<impl Serialize, ServiceError>) -> Outcome<Answer> {
    Ok(match outcome {
        Ok(result) => Answer::Result(serde_json::to_value(result)?),
        Err(ServiceError::McpError(error)) => Answer::Error(serde_json::to_value(error)?),
        Err(error) => challenge(&error).ok_or(error)?,
    })
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
