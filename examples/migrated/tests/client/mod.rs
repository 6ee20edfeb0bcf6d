//! A client for each protocol version on each transport, and helpers that read what it receives.

use rmcp::{
    RoleClient, ServiceExt,
    model::{
        ArgumentInfo, CallToolRequestParams, CompleteRequestParams, GetPromptRequestParams, ProtocolVersion,
        ReadResourceRequestParams, Reference,
    },
    service::{ClientLifecycleMode, ClientServiceExt, RunningService},
    transport::{StreamableHttpClientTransport, streamable_http_client::StreamableHttpClientTransportConfig},
};
use secure_tool::{
    Caller, MemorySink, SecureServer, ServerBuilder,
    http::{ApiKeys, HttpOptions},
};
use secure_tool_testkit::within;
use serde::Serialize;
use serde_json::Value;

const KEY: &str = "test-key-of-the-client-00000000000000";

/// A connected client.
pub(crate) struct Client(RunningService<RoleClient, ()>);

/// A client by a pipe, at protocol 2025-11-25.
pub(crate) async fn by_pipe<S: Send + Sync + 'static>(server: &SecureServer<S>, caller: &Caller) -> Client {
    let (near, far) = tokio::io::duplex(1 << 16);
    let (input, output) = tokio::io::split(far);
    tokio::spawn(server.clone().serve_io(caller.clone(), input, output));
    Client(within("a client to connect", ().serve(near)).await.unwrap())
}

/// A client over HTTP, at protocol 2026-07-28.
pub(crate) async fn over_http<S: Send + Sync + 'static>(server: &SecureServer<S>, caller: &Caller) -> Client {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/mcp", listener.local_addr().unwrap());
    let keys = ApiKeys::new().with_key(KEY, caller.clone()).unwrap();
    let server = server.clone();
    tokio::spawn(async move { server.serve_http(listener, keys, HttpOptions::default()).await });
    let config = StreamableHttpClientTransportConfig::with_uri(url).auth_header(KEY);
    let discover = ClientLifecycleMode::Discover { preferred_versions: vec![ProtocolVersion::V_2026_07_28] };
    let transport = StreamableHttpClientTransport::from_config(config);
    Client(within("a client to connect", ().serve_with_lifecycle(transport, discover)).await.unwrap())
}

/// Both.
pub(crate) async fn both<S: Send + Sync + 'static>(server: &SecureServer<S>, caller: &Caller) -> [Client; 2] {
    [by_pipe(server, caller).await, over_http(server, caller).await]
}

/// The server, without an audit log on standard error.
pub(crate) fn quiet<S: Send + Sync + 'static>(builder: ServerBuilder<S>) -> SecureServer<S> {
    builder.audit(MemorySink::new(1)).build().unwrap()
}

/// Who has these scopes.
pub(crate) fn caller(name: &str, scopes: &[&str]) -> Caller {
    Caller::local(name).with_scopes(scopes.iter().map(|scope| (*scope).to_owned()))
}

fn json(result: &impl Serialize) -> Value {
    serde_json::to_value(result).unwrap()
}

fn object(arguments: Value) -> serde_json::Map<String, Value> {
    if let Value::Object(object) = arguments { object } else { panic!("{arguments} is no object") }
}

impl Client {
    /// What a tool answers with.
    pub(crate) async fn call(&self, tool: &'static str, arguments: Value) -> Value {
        let params = CallToolRequestParams::new(tool).with_arguments(object(arguments));
        json(&within(format!("the answer of {tool}"), self.0.call_tool(params)).await.unwrap())
    }

    /// The text of an answer that is no error.
    pub(crate) async fn text(&self, tool: &'static str, arguments: Value) -> String {
        let answer = self.call(tool, arguments).await;
        assert_ne!(answer["isError"], true, "{answer}");
        answer["content"][0]["text"].as_str().unwrap().to_owned()
    }

    /// The code with which a tool refuses.
    pub(crate) async fn refused(&self, tool: &'static str, arguments: Value) -> Value {
        let answer = self.call(tool, arguments).await;
        answer["_meta"]["secure-tool/refusal"]["code"].clone()
    }

    /// A prompt, or the code of the error.
    pub(crate) async fn prompt(&self, name: &'static str, arguments: Value) -> Result<Value, Value> {
        let params = GetPromptRequestParams::new(name).with_arguments(object(arguments));
        let got = within(format!("the prompt {name}"), self.0.get_prompt(params)).await;
        got.map(|got| json(&got)).map_err(|error| code(&error))
    }

    /// The first contents of a resource, or the code of the error.
    pub(crate) async fn read(&self, uri: &str) -> Result<Value, Value> {
        let read = within(uri, self.0.read_resource(ReadResourceRequestParams::new(uri))).await;
        read.map(|read| json(&read)["contents"][0].clone()).map_err(|error| code(&error))
    }

    /// The values that are offered for an argument of a resource.
    pub(crate) async fn offered(&self, template: &str, argument: &str, typed: &str) -> Vec<String> {
        let of = Reference::for_resource(template);
        let params = CompleteRequestParams::new(of, ArgumentInfo::new(argument, typed));
        within("what is offered", self.0.complete(params)).await.unwrap().completion.values
    }

    /// All that is listed, of each kind, and what the server says of itself.
    pub(crate) async fn lists(&self) -> Value {
        serde_json::json!({
            "server": json(&self.0.peer_info()),
            "tools": json(&within("the tools", self.0.list_all_tools()).await.unwrap()),
            "prompts": json(&within("the prompts", self.0.list_all_prompts()).await.unwrap_or_default()),
            "resources": json(&within("the resources", self.0.list_all_resources()).await.unwrap_or_default()),
            "templates": json(&within("the templates", self.0.list_all_resource_templates()).await.unwrap_or_default()),
        })
    }
}

fn code(error: &rmcp::ServiceError) -> Value {
    let rmcp::ServiceError::McpError(error) = error else { panic!("{error:?}") };
    error.data.as_ref().map(|data| data["code"].clone()).unwrap_or_default()
}

/// The names in a list.
pub(crate) fn names(listed: &Value) -> Vec<&str> {
    listed.as_array().unwrap().iter().map(|item| item["name"].as_str().unwrap()).collect()
}
