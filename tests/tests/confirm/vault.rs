//! The server of these tests, and the clients that call it.

use std::sync::Arc;

use rmcp::{
    RoleClient, ServiceError,
    model::{CallToolRequestParams, CallToolResponse, CallToolResult, InputRequest, InputRequiredResult},
    service::RunningService,
};
use secure_tool::{
    Approvals, AuditRecord, Caller, MemorySink, Question, SecureServer, ServerBuilder, ToolResponse, http::HttpOptions,
};
use secure_tool_testkit::within;
use secure_tool_tests::{
    Vault, alice, bob,
    clients::{ALICE, BOB, HttpServer, answered, call_once},
    person::{Person, Says},
};
use serde_json::{Map, Value, json};

pub(crate) struct Setup {
    pub(crate) vault: Arc<Vault>,
    pub(crate) audit: Arc<MemorySink>,
    pub(crate) server: SecureServer<Vault>,
}

pub(crate) fn setup() -> Setup {
    with(|builder| builder)
}

pub(crate) fn with(change: impl FnOnce(ServerBuilder<Vault>) -> ServerBuilder<Vault>) -> Setup {
    let vault = Arc::new(Vault::default());
    let audit = Arc::new(MemorySink::new(1000));
    let builder = SecureServer::builder_shared(Arc::clone(&vault))
        .rate_cells(1 << 10)
        .refusals_recorded(1000)
        .tool(Vault::burn_parcel())
        .tool(Vault::burn_slowly())
        .tool(Vault::name_parcels())
        .tool(Vault::burn_officially())
        .tool(Vault::burn_quietly())
        .approver(Approvals::default())
        .allow_writes()
        .audit(Arc::clone(&audit));
    let server = change(builder).build().unwrap();
    Setup { vault, audit, server }
}

/// `alice` and `bob` of the fixture carry other scopes.
pub(crate) fn keeper(caller: Caller) -> Arc<Caller> {
    Arc::new(caller.with_scopes(["vault:burn"]))
}

pub(crate) fn object(value: Value) -> Map<String, Value> {
    if let Value::Object(object) = value { object } else { Map::new() }
}

pub(crate) async fn http(server: &SecureServer<Vault>) -> HttpServer {
    let keys = secure_tool::http::ApiKeys::new()
        .with_key(ALICE, Arc::unwrap_or_clone(keeper(alice())))
        .and_then(|keys| keys.with_key(BOB, Arc::unwrap_or_clone(keeper(bob()))))
        .unwrap();
    HttpServer::start_with(server, keys, HttpOptions::default()).await.unwrap()
}

/// Calls from within the process, and answers `yes`; tells what was asked.
pub(crate) async fn asking(
    setup: &Setup,
    caller: Caller,
    tool: &str,
    arguments: Value,
    yes: bool,
) -> (ToolResponse, Vec<String>) {
    let asked = std::sync::Mutex::new(Vec::new());
    let ask = |question: Question| {
        asked.lock().unwrap().push(question.text);
        std::future::ready(yes)
    };
    let caller = keeper(caller);
    let call = setup.server.call_asking(&caller, tool, object(arguments), ask);
    let result = within(format!("the result of {tool}"), call).await;
    (result, asked.into_inner().unwrap())
}

pub(crate) fn last(audit: &MemorySink) -> AuditRecord {
    audit.take().pop().unwrap()
}

/// A client of protocol 2026-07-28 that drives the rounds itself.
pub(crate) struct Rounds {
    pub(crate) client: RunningService<RoleClient, Person>,
    pub(crate) tool: &'static str,
    pub(crate) arguments: Value,
}

impl Rounds {
    pub(crate) async fn begin(
        http: &HttpServer,
        key: &str,
        tool: &'static str,
        arguments: Value,
    ) -> (Self, String, String) {
        let client = http.connect_as(key, Person::who(Says::Yes)).await.unwrap();
        let rounds = Self { client, tool, arguments };
        let CallToolResponse::InputRequired(asked) = rounds.once(None, None).await else { panic!("nobody is asked") };
        let (text, state) = question(&asked);
        (rounds, text, state)
    }

    pub(crate) async fn once(&self, state: Option<String>, answer: Option<Value>) -> CallToolResponse {
        self.send(state, answer).await.unwrap()
    }

    pub(crate) async fn send(
        &self,
        state: Option<String>,
        answer: Option<Value>,
    ) -> Result<CallToolResponse, ServiceError> {
        let mut params = CallToolRequestParams::new(self.tool).with_arguments(object(self.arguments.clone()));
        params.request_state = state;
        params.input_responses = answer.map(|answer| [("confirm".to_owned(), answer)].into());
        call_once(&self.client, params).await
    }

    pub(crate) async fn answer(&self, state: &str, answer: Value) -> CallToolResult {
        answered(self.send(Some(state.to_owned()), Some(answer)).await).unwrap()
    }
}

pub(crate) fn question(asked: &InputRequiredResult) -> (String, String) {
    let request = asked.input_requests.as_ref().and_then(|requests| requests.get("confirm")).unwrap();
    let InputRequest::Elicitation(request) = request else { panic!("{request:?}") };
    let message = serde_json::to_value(&request.params).unwrap()["message"].as_str().unwrap().to_owned();
    (message, asked.request_state.clone().unwrap())
}

pub(crate) fn yes() -> Value {
    json!({"action": "accept", "content": {"confirm": true}})
}
