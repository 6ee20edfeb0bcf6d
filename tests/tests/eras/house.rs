//! The server of these tests, and the clients that talk to it.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use secure_tool::{Approvals, MemorySink, Phase, http::HttpOptions, prelude::*};
use secure_tool_testkit::until;
pub(crate) use secure_tool_tests::older::{Events, calling, cancelling, forms};
use secure_tool_tests::{
    clients::{HttpServer, Names, http_client},
    ends,
    older::initializing,
};
use serde_json::Value;
use tokio::sync::Semaphore;

pub(crate) struct House {
    pub(crate) began: AtomicUsize,
    pub(crate) ended: AtomicUsize,
    pub(crate) burnt: AtomicUsize,
    /// Lets the bodies of `wait` end.
    pub(crate) doors: Semaphore,
}

impl House {
    /// Wait until somebody opens the door.
    #[secure_tool(scope = "house:read", owner = unowned("nothing but time"), rate = 1000/minute, read_only, timeout = 1m)]
    async fn wait(&self) -> &'static str {
        self.began.fetch_add(1, Ordering::SeqCst);
        if let Ok(door) = self.doors.acquire().await {
            door.forget();
        }
        self.ended.fetch_add(1, Ordering::SeqCst);
        "waited"
    }

    /// Write a letter, which takes for ever.
    #[secure_tool(scope = "house:burn", owner = unowned("nothing but paper"), rate = 1000/minute, timeout = 1m)]
    async fn write_letter(&self) {
        self.began.fetch_add(1, Ordering::SeqCst);
        std::future::pending::<()>().await;
    }

    /// Burn the letters.
    #[secure_tool(scope = "house:burn", owner = unowned("they are the house's"), rate = 1000/minute, destructive, confirm = "Burn them?")]
    async fn burn_letters(&self) {
        self.burnt.fetch_add(1, Ordering::SeqCst);
    }

    /// Burn the books.
    #[secure_tool(scope = "house:burn", owner = unowned("they are the house's"), rate = 1000/minute, destructive, confirm = operator("Burn them?"))]
    async fn burn_books(&self) {
        self.burnt.fetch_add(1, Ordering::SeqCst);
    }
}

pub(crate) const ISSUER: &str = "https://id.test";

pub(crate) fn principal(name: &str) -> Option<Caller> {
    let all = ["house:read", "house:burn"];
    Some(match name {
        "alice" => Caller::new("alice").with_scopes(all),
        "bob" => Caller::new("bob").with_scopes(all),
        "reader" => Caller::new("rita").with_scopes(["house:read"]),
        "issued" => Caller::new("ida").with_scopes(["house:read"]).with_issuer(ISSUER),
        "elsewhere" => Caller::new("elsa").with_scopes(["house:read"]).with_issuer("https://other.test"),
        _ => return None,
    })
}

pub(crate) struct Setup {
    pub(crate) house: Arc<House>,
    pub(crate) audit: Arc<MemorySink>,
    pub(crate) approvals: Approvals,
    pub(crate) server: SecureServer<House>,
    pub(crate) http: Arc<HttpServer>,
}

pub(crate) async fn setup_with(options: HttpOptions) -> Setup {
    let house = Arc::new(House {
        began: AtomicUsize::new(0),
        ended: AtomicUsize::new(0),
        burnt: AtomicUsize::new(0),
        doors: Semaphore::new(0),
    });
    let (audit, approvals) = (Arc::new(MemorySink::new(1000)), Approvals::default());
    let server = SecureServer::builder_shared(Arc::clone(&house))
        .rate_cells(1 << 10)
        .tool(House::wait())
        .tool(House::write_letter())
        .tool(House::burn_letters())
        .tool(House::burn_books())
        .approver(approvals.clone())
        .allow_writes()
        .audit(Arc::clone(&audit))
        .build()
        .unwrap();
    let http = Arc::new(HttpServer::start_with(&server, Names(principal), options).await.unwrap());
    Setup { house, audit, approvals, server, http }
}

pub(crate) async fn setup() -> Setup {
    setup_with(HttpOptions::default()).await
}

impl Setup {
    pub(crate) async fn began(&self, count: usize) {
        until(format!("body {count} to begin"), async || self.house.began.load(Ordering::SeqCst) == count).await;
    }

    pub(crate) async fn ended(&self, count: usize) {
        until(format!("body {count} to end"), async || self.house.ended.load(Ordering::SeqCst) == count).await;
    }

    pub(crate) async fn recorded(&self) -> secure_tool::AuditRecord {
        let ended = |record: &secure_tool::AuditRecord| record.phase != Phase::Intent;
        until("a record", async || self.audit.records().iter().any(ended)).await;
        let mut records = ends(self.audit.take());
        assert_eq!(records.len(), 1, "one call, one end: {records:#?}");
        records.remove(0)
    }

    /// A session of an older client, as its token.
    pub(crate) async fn session(&self, name: &str, revision: &str, capabilities: Value) -> String {
        let body = initializing(revision, &capabilities).to_string();
        let request = self.http.post(Some(name), body).header("mcp-protocol-version", revision);
        // The helper's own header is another revision: this one replaces it.
        let mut request = request.build().unwrap();
        request.headers_mut().insert("mcp-protocol-version", revision.parse().unwrap());
        let response = http_client().execute(request).await.unwrap();
        assert_eq!(response.status(), 200);
        let token = response.headers()["mcp-session-id"].to_str().unwrap().to_owned();
        let answer: Value = response.json().await.unwrap();
        assert_eq!(answer["result"]["protocolVersion"], revision);
        token
    }

    /// Sends a message in a session.
    pub(crate) fn send(&self, name: &str, session: &str, body: &Value) -> tokio::task::JoinHandle<reqwest::Response> {
        let mut request =
            self.http.post(Some(name), body.to_string()).header("mcp-session-id", session).build().unwrap();
        request.headers_mut().remove("mcp-protocol-version");
        tokio::spawn(async move { http_client().execute(request).await.unwrap() })
    }
}
