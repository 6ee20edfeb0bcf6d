//! A server of several nodes, and the clients that talk to it.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use rmcp::{RoleClient, model::CallToolResult, service::RunningService};
use secure_tool::{
    AuditRecord, KeyRing, MemorySink, ServerBuilder,
    http::HttpOptions,
    prelude::*,
    store::{SharedStore, WhenDown},
};
use secure_tool_tests::{
    clients::{HttpServer, Names, call_inside, code},
    older::{self, calling},
    person::{self, Person, Says, agree},
};
use serde_json::{Value, json};

/// What all the nodes work on, as a database would be.
#[derive(Default)]
pub(crate) struct Company {
    burnt: AtomicUsize,
    waiting: AtomicUsize,
}

impl Company {
    /// Say hello.
    #[secure_tool(scope = "company", owner = unowned("a greeting"), rate = 1000/minute, read_only)]
    async fn greet(&self) -> &'static str {
        "hello"
    }

    /// Ring the bell.
    #[secure_tool(scope = "company", owner = unowned("it is the company's"), rate = [5/hour, rate(8/day, per = tenant)], read_only)]
    async fn ring(&self) {}

    /// Write a letter.
    #[secure_tool(scope = "company", owner = unowned("nothing but paper"), rate = 1000/minute)]
    async fn write_letter(&self) {}

    /// Wait for long.
    #[secure_tool(scope = "company", owner = unowned("nothing but time"), rate = 1000/minute, read_only, timeout = 5m)]
    async fn wait(&self) {
        self.waiting.fetch_add(1, Ordering::SeqCst);
        std::future::pending::<()>().await;
    }

    /// Burn the letters.
    #[secure_tool(scope = "company", owner = unowned("they are the company's"), rate = 1000/minute, destructive, confirm = "Burn them?")]
    async fn burn_letters(&self) {
        self.burnt.fetch_add(1, Ordering::SeqCst);
    }

    pub(crate) fn waiting(&self) -> usize {
        self.waiting.load(Ordering::SeqCst)
    }

    pub(crate) fn burnt(&self) -> usize {
        self.burnt.load(Ordering::SeqCst)
    }
}

pub(crate) fn caller(name: &str) -> Caller {
    Caller::new(name).with_tenant("acme").with_scopes(["company"])
}

fn principal(name: &str) -> Option<Caller> {
    ["alice", "bob"].contains(&name).then(|| caller(name))
}

/// A secret of 32 bytes.
pub(crate) fn secret(first: u8) -> Vec<u8> {
    (first..first + 32).collect()
}

/// A ring with this secret, and that one before it.
pub(crate) fn ring(current: u8, previous: Option<u8>) -> KeyRing {
    let ring = KeyRing::new(&secret(current)).unwrap();
    match previous {
        Some(previous) => ring.with_previous(&secret(previous)).unwrap(),
        None => ring,
    }
}

/// One node.
pub(crate) struct Node {
    pub(crate) server: SecureServer<Company>,
    pub(crate) audit: Arc<MemorySink>,
    pub(crate) http: HttpServer,
}

pub(crate) async fn node(company: &Arc<Company>, keys: Option<KeyRing>) -> Node {
    let audit = Arc::new(MemorySink::new(1000));
    let mut builder = builder(company).audit(Arc::clone(&audit));
    if let Some(keys) = keys {
        builder = builder.keys(keys);
    }
    serve(builder, audit).await
}

/// One node of several with a store.
pub(crate) async fn shared(company: &Arc<Company>, store: impl SharedStore, when_down: WhenDown) -> Node {
    let audit = Arc::new(MemorySink::new(1000));
    let builder = builder(company).audit(Arc::clone(&audit)).keys(ring(0, None)).shared(store, when_down);
    serve(builder, audit).await
}

pub(crate) fn builder(company: &Arc<Company>) -> ServerBuilder<Company> {
    SecureServer::builder_shared(Arc::clone(company))
        .rate_cells(1 << 10)
        .tool(Company::greet())
        .tool(Company::ring())
        .tool(Company::write_letter())
        .tool(Company::wait())
        .tool(Company::burn_letters())
        .allow_writes()
}

async fn serve(builder: ServerBuilder<Company>, audit: Arc<MemorySink>) -> Node {
    let server = builder.build().unwrap();
    let http = HttpServer::start_with(&server, Names(principal), HttpOptions::default()).await.unwrap();
    Node { server, audit, http }
}

pub(crate) type Client = RunningService<RoleClient, Person>;

impl Node {
    /// A client of protocol 2026-07-28, whose person says yes.
    pub(crate) async fn connect(&self, name: &str) -> Client {
        self.http.connect_as(name, Person::who(Says::Yes)).await.unwrap()
    }

    /// Calls a tool within the process: the code of the answer.
    pub(crate) async fn call(&self, name: &str, tool: &'static str) -> String {
        code(&call_inside(&self.server, &caller(name), tool, json!({})).await)
    }

    /// How many of these calls pass.
    pub(crate) async fn passed(&self, name: &str, tool: &'static str, calls: usize) -> usize {
        let mut passed = 0;
        for _ in 0..calls {
            passed += usize::from(self.call(name, tool).await == "ok");
        }
        passed
    }

    /// The last record.
    pub(crate) fn last(&self) -> AuditRecord {
        self.audit.records().pop().unwrap()
    }

    /// A session of an older client, as its token.
    pub(crate) async fn session(&self, name: &str) -> String {
        older::session(&self.http, name).await
    }

    /// Sends a message in a session of an older client.
    pub(crate) async fn send(&self, name: &str, session: &str, body: &Value) -> reqwest::Response {
        older::send(&self.http, name, session, body).await
    }

    /// Calls `greet` in a session: the status, and the answer.
    pub(crate) async fn greet(&self, name: &str, session: &str) -> (u16, Value) {
        let response = self.send(name, session, &calling(1, "greet")).await;
        (response.status().as_u16(), response.json().await.unwrap_or_default())
    }
}

/// Calls `burn_letters`, and what the client carries to the answer.
pub(crate) async fn ask(client: &Client) -> String {
    person::ask(client, "burn_letters").await
}

/// Answers with yes.
pub(crate) async fn answer(client: &Client, state: &str) -> CallToolResult {
    agree(client, "burn_letters", state).await
}
