//! Clients of both eras: each cell of the table in `secure_tool::guide::clients`, with what must not happen beside it.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use rmcp::{
    model::{CallToolRequestParams, ClientRequest, Request},
    service::{ClientServiceExt, PeerRequestOptions},
};
use secure_tool::{
    Approvals, Decision, MemorySink, Phase, Rate, Unit,
    http::{CancellationToken, HttpOptions, ListTools, StepUp},
    prelude::*,
};
use secure_tool_testkit::{until, within};
use secure_tool_tests::{
    clients::{HttpServer, Names, call, code, connect_by_pipe, discover, http_client, message, pipe, text},
    ends,
    person::{Person, Says},
};
use serde_json::{Value, json};
use tokio::sync::Semaphore;

struct House {
    began: AtomicUsize,
    ended: AtomicUsize,
    burnt: AtomicUsize,
    /// Lets the bodies of `wait` end.
    doors: Semaphore,
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

const ISSUER: &str = "https://id.test";

fn principal(name: &str) -> Option<Caller> {
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

struct Setup {
    house: Arc<House>,
    audit: Arc<MemorySink>,
    approvals: Approvals,
    server: SecureServer<House>,
    http: Arc<HttpServer>,
}

async fn setup_with(options: HttpOptions) -> Setup {
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

async fn setup() -> Setup {
    setup_with(HttpOptions::default()).await
}

impl Setup {
    async fn began(&self, count: usize) {
        until(format!("body {count} to begin"), async || self.house.began.load(Ordering::SeqCst) == count).await;
    }

    async fn ended(&self, count: usize) {
        until(format!("body {count} to end"), async || self.house.ended.load(Ordering::SeqCst) == count).await;
    }

    async fn recorded(&self) -> secure_tool::AuditRecord {
        let ended = |record: &secure_tool::AuditRecord| record.phase != Phase::Intent;
        until("a record", async || self.audit.records().iter().any(ended)).await;
        let mut records = ends(self.audit.take());
        assert_eq!(records.len(), 1, "one call, one end: {records:#?}");
        records.remove(0)
    }

    /// A session of an older client, as its token.
    async fn session(&self, name: &str, revision: &str, capabilities: Value) -> String {
        let params = json!({"protocolVersion": revision, "capabilities": capabilities,
            "clientInfo": {"name": "c", "version": "1"}});
        let body = json!({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": params}).to_string();
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
    fn send(&self, name: &str, session: &str, body: &Value) -> tokio::task::JoinHandle<reqwest::Response> {
        let mut request =
            self.http.post(Some(name), body.to_string()).header("mcp-session-id", session).build().unwrap();
        request.headers_mut().remove("mcp-protocol-version");
        tokio::spawn(async move { http_client().execute(request).await.unwrap() })
    }
}

fn calling(id: impl Into<Value>, tool: &str) -> Value {
    let id = id.into();
    json!({"jsonrpc": "2.0", "id": id, "method": "tools/call", "params": {"name": tool, "arguments": {}}})
}

fn cancelling(id: &Value) -> Value {
    json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": id, "reason": "enough"}})
}

fn forms() -> Value {
    json!({"elicitation": {}})
}

/// The events of a stream, one after the other.
struct Events(reqwest::Response, String);

impl Events {
    fn begin(response: reqwest::Response) -> Self {
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self(response, String::new())
    }

    /// The next message; nothing at the end.
    async fn next(&mut self) -> Option<Value> {
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

#[tokio::test]
async fn http_before_2026_asks_on_the_stream_of_the_response() {
    for (says, expected) in [(Says::Yes, "ok"), (Says::No, "declined"), (Says::Unticked, "declined")] {
        let setup = setup().await;
        let person = Person::who(says);
        let client = setup.http.connect_legacy_as("alice", person.clone()).await.unwrap();
        assert_eq!(code(&call(&client, "burn_letters", json!({})).await.unwrap()), expected, "{says:?}");
        assert_eq!(person.asked(), ["Burn them?"]);
        assert_eq!(setup.house.burnt.load(Ordering::SeqCst), usize::from(says == Says::Yes));
        setup.recorded().await;
    }
}

#[tokio::test]
async fn an_answer_counts_once_in_its_session_and_for_its_question() {
    for revision in ["2025-06-18", "2025-11-25"] {
        let setup = setup().await;
        let mine = setup.session("alice", revision, forms()).await;
        let others = setup.session("alice", revision, forms()).await;
        let bobs = setup.session("bob", revision, forms()).await;
        let response = setup.send("alice", &mine, &calling("c", "burn_letters")).await.unwrap();
        assert_eq!(response.status(), 200);
        let mut events = Events::begin(response);
        let question = events.next().await.unwrap();
        assert_eq!(
            (&question["method"], &question["params"]["message"]),
            (&json!("elicitation/create"), &json!("Burn them?"))
        );
        let yes = |id: &Value| {
            json!({"jsonrpc": "2.0", "id": id,
            "result": {"action": "accept", "content": {"confirm": true}}})
        };
        let status = async |name: &str, session: &str, body: Value| {
            setup.send(name, session, &body).await.unwrap().status().as_u16()
        };
        let id = question["id"].clone();
        assert!(id.as_str().unwrap().len() > 30, "it cannot be guessed: {id}");
        assert_eq!(status("alice", &others, yes(&id)).await, 400, "another session of the same principal");
        assert_eq!(status("bob", &bobs, yes(&id)).await, 400, "another principal");
        assert_eq!(status("bob", &mine, yes(&id)).await, 404, "another principal with a stolen session");
        assert_eq!(status("alice", &mine, yes(&json!("ask-0"))).await, 400, "another question");
        assert_eq!(setup.house.burnt.load(Ordering::SeqCst), 0);
        assert_eq!(status("alice", &mine, yes(&id)).await, 202);
        let answer = events.next().await.unwrap();
        assert_eq!((&answer["id"], &answer["result"]["isError"]), (&json!("c"), &json!(false)));
        assert!(events.next().await.is_none(), "the stream ends with the response");
        assert_eq!(status("alice", &mine, yes(&id)).await, 400, "once");
        assert_eq!(setup.house.burnt.load(Ordering::SeqCst), 1);
    }
}

#[tokio::test]
async fn an_answer_or_a_cancellation_of_another_revision_is_refused() {
    let setup = setup().await;
    let session = setup.session("alice", "2025-11-25", forms()).await;
    let mut events = Events::begin(setup.send("alice", &session, &calling("c", "burn_letters")).await.unwrap());
    let id = events.next().await.unwrap()["id"].clone();
    let yes = json!({"jsonrpc": "2.0", "id": id, "result": {"action": "accept", "content": {"confirm": true}}});
    for (revision, body) in [("2026-07-28", &yes), ("2025-06-18", &yes), ("2025-06-18", &cancelling(&json!("c")))] {
        let request = setup.http.post(Some("alice"), body.to_string()).header("mcp-session-id", &session);
        let mut request = request.build().unwrap();
        request.headers_mut().insert("mcp-protocol-version", revision.parse().unwrap());
        assert_eq!(http_client().execute(request).await.unwrap().status(), 400, "{revision}");
    }
    assert_eq!(setup.house.burnt.load(Ordering::SeqCst), 0);
    assert_eq!(setup.send("alice", &session, &yes).await.unwrap().status(), 202);
    assert_eq!(events.next().await.unwrap()["result"]["isError"], json!(false));
}

#[tokio::test]
async fn servers_of_the_same_options_end_apart() {
    let options = HttpOptions::default().drain(Duration::from_millis(1));
    let stop = CancellationToken::new();
    let setup = setup_with(options.clone().stop_with(stop.clone())).await;
    let options = options.stop_with(CancellationToken::new());
    let other = HttpServer::start_with(&setup.server, Names(principal), options).await.unwrap();
    let session = setup.session("alice", "2025-11-25", json!({})).await;
    let detached = setup.send("alice", &session, &calling(1, "wait"));
    setup.began(1).await;
    detached.abort();
    stop.cancel();
    assert_eq!(setup.recorded().await.decision, Decision::Cancelled, "its server has ended");
    let request = other.post(Some("alice"), message("wait", &json!({})));
    let waits = tokio::spawn(async move { request.send().await.unwrap() });
    setup.began(2).await;
    setup.house.doors.add_permits(1);
    assert!(within("the other server's call", waits).await.unwrap().text().await.unwrap().contains("waited"));
}

#[tokio::test]
async fn a_request_for_another_host_counts_for_its_address() {
    let options = HttpOptions::default().requests_per_address(Rate::new(3, Unit::Hour)).unwrap();
    let setup = setup_with(options).await;
    for status in [403, 403, 403, 429] {
        let request = setup.http.post(Some("alice"), message("wait", &json!({}))).header("host", "evil.example");
        assert_eq!(request.send().await.unwrap().status(), status);
    }
}

#[tokio::test]
async fn a_client_that_cannot_be_asked_is_told_the_true_reason() {
    let setup = setup().await;
    let without_forms = setup.session("alice", "2025-11-25", json!({})).await;
    let answer: Value =
        setup.send("alice", &without_forms, &calling(1, "burn_letters")).await.unwrap().json().await.unwrap();
    assert!(
        answer["result"]["content"][0]["text"].as_str().unwrap().contains("it supports no elicitation"),
        "{answer}"
    );
    let answer: Value =
        setup.http.post(Some("alice"), message("burn_letters", &json!({}))).send().await.unwrap().json().await.unwrap();
    assert!(answer["result"]["content"][0]["text"].as_str().unwrap().contains("belongs to no session"), "{answer}");
    assert_eq!(setup.house.burnt.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn an_error_or_a_broken_stream_is_no_yes() {
    let setup = setup().await;
    let session = setup.session("alice", "2025-11-25", forms()).await;
    let mut events = Events::begin(setup.send("alice", &session, &calling(1, "burn_letters")).await.unwrap());
    let id = events.next().await.unwrap()["id"].clone();
    let error = json!({"jsonrpc": "2.0", "id": id, "error": {"code": -1, "message": "no"}});
    assert_eq!(setup.send("alice", &session, &error).await.unwrap().status(), 202);
    assert!(events.next().await.unwrap()["result"]["isError"].as_bool().unwrap());
    setup.recorded().await;
    // Nobody could answer on a stream that is gone, and the guard does not wait for it.
    let mut events = Events::begin(setup.send("alice", &session, &calling(2, "burn_letters")).await.unwrap());
    let id = events.next().await.unwrap()["id"].clone();
    drop(events);
    assert_eq!(setup.recorded().await.decision, Decision::Cancelled);
    let yes = json!({"jsonrpc": "2.0", "id": id, "result": {"action": "accept", "content": {"confirm": true}}});
    assert_eq!(setup.send("alice", &session, &yes).await.unwrap().status(), 400);
    assert_eq!(setup.house.burnt.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn http_before_2026_cancels_by_a_notification_of_the_same_session() {
    let setup = setup().await;
    let one = setup.session("alice", "2025-11-25", json!({})).await;
    let two = setup.session("alice", "2025-11-25", json!({})).await;
    let bobs = setup.session("bob", "2025-11-25", json!({})).await;
    let id = json!(7);
    let calls = [
        setup.send("alice", &one, &calling(id.clone(), "wait")),
        setup.send("alice", &two, &calling(id.clone(), "wait")),
    ];
    setup.began(2).await;
    for (name, session, id, status) in [
        ("bob", &bobs, &id, 202),
        ("bob", &one, &id, 404),
        ("alice", &one, &json!("7"), 202),
        ("alice", &one, &json!(8), 202),
    ] {
        assert_eq!(setup.send(name, session, &cancelling(id)).await.unwrap().status(), status);
    }
    assert!(setup.audit.records().is_empty(), "none of these has a call to cancel");
    assert_eq!(setup.send("alice", &one, &cancelling(&id)).await.unwrap().status(), 202);
    let [mine, other] = calls;
    let answer: Value = within("the cancelled call", mine).await.unwrap().json().await.unwrap();
    assert_eq!((&answer["id"], &answer["result"]["isError"]), (&id, &json!(true)));
    assert_eq!(setup.recorded().await.decision, Decision::Cancelled);
    setup.house.doors.add_permits(1);
    let answer: Value = within("the other session's call", other).await.unwrap().json().await.unwrap();
    assert_eq!(answer["result"]["content"][0]["text"], "waited", "another client with the same key goes on");
}

#[tokio::test]
async fn an_id_stands_for_one_call_of_a_session_at_a_time() {
    let setup = setup().await;
    let session = setup.session("alice", "2025-11-25", json!({})).await;
    let first = setup.send("alice", &session, &calling(1, "wait"));
    setup.began(1).await;
    assert_eq!(setup.send("alice", &session, &calling(1, "wait")).await.unwrap().status(), 400);
    setup.house.doors.add_permits(2);
    assert_eq!(within("the first call", first).await.unwrap().status(), 200);
    assert_eq!(setup.send("alice", &session, &calling(1, "wait")).await.unwrap().status(), 200, "it may be used again");
}

#[tokio::test]
async fn http_before_2026_goes_on_when_the_connection_breaks_and_2026_does_not() {
    let setup = setup().await;
    let session = setup.session("alice", "2025-11-25", json!({})).await;
    let older = setup.send("alice", &session, &calling(1, "wait"));
    setup.began(1).await;
    older.abort();
    let request = setup.http.post_modern(Some("alice"), "wait", "wait", &json!({}));
    let modern = tokio::spawn(async move { request.send().await });
    setup.began(2).await;
    modern.abort();
    assert_eq!(setup.recorded().await.decision, Decision::Cancelled, "the newer client's");
    assert_eq!(setup.house.ended.load(Ordering::SeqCst), 0);
    setup.house.doors.add_permits(1);
    setup.ended(1).await;
    assert_eq!(setup.recorded().await.decision, Decision::Allowed, "the older client's");
}

#[tokio::test]
async fn http_before_2026_without_a_session_ends_with_its_connection() {
    let setup = setup().await;
    let request = setup.http.post(Some("alice"), message("wait", &json!({})));
    let gone = tokio::spawn(async move { request.send().await });
    setup.began(1).await;
    gone.abort();
    let record = setup.recorded().await;
    assert_eq!((record.decision, setup.house.ended.load(Ordering::SeqCst)), (Decision::Cancelled, 0));
    let request = setup.http.post(Some("alice"), message("wait", &json!({})));
    let stays = tokio::spawn(async move { request.send().await.unwrap() });
    setup.began(2).await;
    setup.house.doors.add_permits(1);
    assert!(within("the call", stays).await.unwrap().text().await.unwrap().contains("waited"));
    assert_eq!(setup.recorded().await.decision, Decision::Allowed);
}

#[tokio::test]
async fn a_server_that_stops_says_so_as_the_last_event() {
    for streams in [true, false] {
        let stop = CancellationToken::new();
        let setup = setup_with(HttpOptions::default().drain(Duration::from_millis(1)).stop_with(stop.clone())).await;
        let session = setup.session("alice", "2025-11-25", forms()).await;
        let last = if streams {
            let mut events = Events::begin(setup.send("alice", &session, &calling("c", "burn_letters")).await.unwrap());
            assert_eq!(events.next().await.unwrap()["method"], "elicitation/create");
            stop.cancel();
            let last = events.next().await.unwrap();
            assert_eq!(events.next().await, None);
            last
        } else {
            let waits = setup.send("alice", &session, &calling("c", "wait"));
            setup.began(1).await;
            stop.cancel();
            within("the answer", waits).await.unwrap().json().await.unwrap()
        };
        assert_eq!((&last["id"], &last["error"]["data"]["code"]), (&json!("c"), &json!("unavailable")), "{last}");
        assert_eq!(setup.recorded().await.decision, Decision::Cancelled);
        assert_eq!(setup.house.burnt.load(Ordering::SeqCst), 0);
    }
}

#[tokio::test]
async fn a_server_that_stops_does_not_deny_what_was_begun() {
    let stop = CancellationToken::new();
    let setup = setup_with(HttpOptions::default().drain(Duration::from_millis(1)).stop_with(stop.clone())).await;
    let session = setup.session("alice", "2025-11-25", forms()).await;
    let waits = setup.send("alice", &session, &calling("c", "write_letter"));
    setup.began(1).await;
    stop.cancel();
    let last: Value = within("the answer", waits).await.unwrap().json().await.unwrap();
    assert_eq!(last["result"]["_meta"]["secure-tool/refusal"]["code"], json!("outcome_unknown"), "{last}");
    let outcome = secure_tool_tests::ends(setup.audit.take()).pop().unwrap();
    assert_eq!((outcome.decision, outcome.code), (Decision::Cancelled, Some(secure_tool::Code::OutcomeUnknown)));
}

/// A key that is there twice, in a message as in what a person answers.
#[tokio::test]
async fn of_two_values_of_one_key_neither_is_taken() {
    let setup = setup().await;
    let call = message("wait", &json!({"x": 0})).replace(r#""x":0"#, r#""x":0,"x":1"#);
    let response = setup.http.post(Some("alice"), call).send().await.unwrap();
    assert_eq!(response.status(), 200);
    let answer: Value = response.json().await.unwrap();
    assert_eq!((&answer["id"], &answer["error"]["code"]), (&json!(1), &json!(-32602)), "{answer}");
    assert!(answer["error"]["message"].as_str().unwrap().contains("the same key twice"));
    setup.house.doors.add_permits(1);
    let call = message("wait", &json!({}));
    assert!(setup.http.post(Some("alice"), call).send().await.unwrap().text().await.unwrap().contains("waited"));
    assert_eq!(
        setup.recorded().await.decision,
        Decision::Allowed,
        "of the other there is no record: it was no message"
    );
}

#[tokio::test]
async fn a_429_for_an_address_is_as_other_answers() {
    let options = HttpOptions::default()
        .requests_per_address(Rate::new(2, Unit::Hour))
        .unwrap()
        .cors(["https://app.example.com"])
        .unwrap()
        .resource("https://mcp.example.com/mcp")
        .unwrap();
    let setup = setup_with(options).await;
    let metadata = || {
        let address = setup.http.url().replace("/mcp", "/.well-known/oauth-protected-resource");
        http_client().get(address).header("origin", "https://app.example.com").send()
    };
    // What everybody may read counts as well, and so does what a browser asks before.
    assert_eq!(metadata().await.unwrap().status(), 200);
    let preflight = http_client().request(reqwest::Method::OPTIONS, setup.http.url());
    let preflight =
        preflight.header("origin", "https://app.example.com").header("access-control-request-method", "POST");
    assert_eq!(preflight.send().await.unwrap().status(), 204);
    let call = setup.http.post(Some("alice"), message("wait", &json!({}))).header("origin", "https://app.example.com");
    for response in [metadata().await.unwrap(), call.send().await.unwrap()] {
        assert_eq!(response.status(), 429);
        let header = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
        assert_eq!(header("cache-control"), "no-store");
        assert_eq!(header("access-control-allow-origin"), "https://app.example.com");
        assert!(header("retry-after").parse::<u64>().unwrap() > 0);
    }
}

#[tokio::test]
async fn at_2026_over_http_a_notification_cancels_nothing() {
    let setup = setup().await;
    let request = setup.http.post_modern(Some("alice"), "wait", "wait", &json!({}));
    let waits = tokio::spawn(async move { request.send().await.unwrap() });
    setup.began(1).await;
    let mut notification = setup.http.post(Some("alice"), cancelling(&json!(1)).to_string()).build().unwrap();
    notification.headers_mut().insert("mcp-protocol-version", "2026-07-28".parse().unwrap());
    notification.headers_mut().insert("mcp-method", "notifications/cancelled".parse().unwrap());
    assert_eq!(http_client().execute(notification).await.unwrap().status(), 202);
    setup.house.doors.add_permits(1);
    assert!(within("the call", waits).await.unwrap().text().await.unwrap().contains("waited"));
}

#[tokio::test]
async fn an_operator_cannot_approve_a_call_that_is_gone() {
    for gone in ["cancelled", "disconnected", "disconnected at 2026-07-28"] {
        let setup = setup().await;
        let session = setup.session("alice", "2025-11-25", json!({})).await;
        let waits = if gone.ends_with("2026-07-28") {
            let request = setup.http.post_modern(Some("alice"), "burn_books", "burn_books", &json!({}));
            tokio::spawn(async move { request.send().await.unwrap() })
        } else {
            setup.send("alice", &session, &calling(1, "burn_books"))
        };
        until("the call to wait", async || setup.approvals.list().len() == 1).await;
        let id = setup.approvals.list()[0].id;
        if gone == "cancelled" {
            setup.send("alice", &session, &cancelling(&json!(1))).await.unwrap();
        } else {
            waits.abort();
        }
        until("the call to leave the list", async || setup.approvals.list().is_empty()).await;
        assert!(setup.approvals.approve(id, &Arc::new(Caller::new("olga"))).is_err(), "{gone}");
        assert_eq!(setup.recorded().await.decision, Decision::Cancelled, "{gone}");
        assert_eq!(setup.house.burnt.load(Ordering::SeqCst), 0, "{gone}");
    }
}

#[tokio::test]
async fn on_a_pipe_a_notification_cancels_in_both_eras() {
    for modern in [false, true] {
        let setup = setup().await;
        let alice = principal("alice").unwrap();
        let client = if modern {
            within("a client", ().serve_with_lifecycle(pipe(&setup.server, alice), discover())).await.unwrap()
        } else {
            connect_by_pipe(&setup.server, alice, ()).await.unwrap()
        };
        let request = ClientRequest::CallToolRequest(Request::new(CallToolRequestParams::new("wait")));
        let options = PeerRequestOptions::no_options();
        let handle = within("the request", client.send_cancellable_request(request, options)).await.unwrap();
        setup.began(1).await;
        within("the cancellation", handle.cancel(None)).await.unwrap();
        assert_eq!(setup.recorded().await.decision, Decision::Cancelled, "modern: {modern}");
        assert_eq!(setup.house.ended.load(Ordering::SeqCst), 0);
    }
}

#[tokio::test]
async fn the_end_of_a_pipe_ends_its_calls() {
    for modern in [false, true] {
        let setup = setup().await;
        let alice = principal("alice").unwrap();
        let client = if modern {
            within("a client", ().serve_with_lifecycle(pipe(&setup.server, alice), discover())).await.unwrap()
        } else {
            connect_by_pipe(&setup.server, alice, ()).await.unwrap()
        };
        let peer = client.peer().clone();
        let waits = tokio::spawn(async move { peer.call_tool(CallToolRequestParams::new("wait")).await });
        setup.began(1).await;
        within("the client to leave", client.cancel()).await.unwrap();
        assert_eq!(setup.recorded().await.decision, Decision::Cancelled, "modern: {modern}");
        waits.abort();
    }
}

#[tokio::test]
async fn a_session_is_its_principals_ends_and_cannot_be_deleted() {
    let setup = setup_with(HttpOptions::default().session_lifetime(Duration::from_secs(3600))).await;
    let session = setup.session("alice", "2025-11-25", json!({})).await;
    let list = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/list"});
    assert_eq!(setup.send("alice", &session, &list).await.unwrap().status(), 200);
    for (name, token) in [("bob", &*session), ("alice", "made-up"), ("alice", &session[1..])] {
        let response = setup.send(name, token, &list).await.unwrap();
        assert_eq!(response.status(), 404);
        let body: Value = response.json().await.unwrap();
        assert_eq!(
            (&body["id"], &body["error"]["message"]),
            (&json!(1), &json!("There is no such session.")),
            "for all reasons alike"
        );
    }
    for method in [reqwest::Method::DELETE, reqwest::Method::GET] {
        let request =
            http_client().request(method, setup.http.url()).bearer_auth("alice").header("mcp-session-id", &session);
        let response = request.header("accept", "text/event-stream").send().await.unwrap();
        assert_eq!((response.status().as_u16(), &response.headers()["allow"]), (405, &"POST".parse().unwrap()));
    }
    let mut contradicting =
        setup.http.post(Some("alice"), list.to_string()).header("mcp-session-id", &session).build().unwrap();
    contradicting.headers_mut().insert("mcp-protocol-version", "2025-06-18".parse().unwrap());
    assert_eq!(
        http_client().execute(contradicting).await.unwrap().status(),
        400,
        "another revision than the session's"
    );
    let short = setup_with(HttpOptions::default().session_lifetime(Duration::ZERO)).await;
    let session = short.session("alice", "2025-11-25", json!({})).await;
    assert_eq!(short.send("alice", &session, &list).await.unwrap().status(), 200, "there is time to use it");
}

#[tokio::test]
async fn a_403_is_for_credentials_that_can_be_stepped_up() {
    let issued =
        || HttpOptions::default().resource("https://mcp.test/mcp").unwrap().authorization_servers([ISSUER]).unwrap();
    for (name, options, older, modern) in [
        ("issued", issued(), 403, 403),
        ("reader", issued(), 200, 200),
        ("elsewhere", issued(), 200, 200),
        ("issued", HttpOptions::default(), 200, 200),
        ("reader", HttpOptions::default().step_up(StepUp::Always), 403, 403),
        ("issued", issued().step_up(StepUp::Never), 200, 200),
    ] {
        let setup = setup_with(options).await;
        for (request, status, scopes) in [
            (setup.http.post(Some(name), message("burn_letters", &json!({}))), older, "house:burn house:read"),
            (setup.http.post_modern(Some(name), "burn_letters", "burn_letters", &json!({})), modern, "house:burn"),
        ] {
            let response = request.send().await.unwrap();
            assert_eq!(response.status(), status, "{name}");
            let challenge = response.headers().get("www-authenticate").map(|value| value.to_str().unwrap().to_owned());
            let body: Value = response.json().await.unwrap();
            assert_eq!(body["id"], 1);
            if status == 403 {
                assert!(
                    challenge.unwrap().contains(&format!("scope=\"{scopes}\"")),
                    "older clients keep what they have"
                );
                assert_eq!(body["error"]["data"]["code"], "insufficient_scope");
                assert_eq!(body["error"]["data"]["scope"], "house:burn");
            } else {
                assert_eq!(challenge, None);
                assert!(body["result"]["content"][0]["text"].as_str().unwrap().contains("house:burn"), "{body}");
            }
        }
    }
}

#[tokio::test]
async fn a_401_says_so_in_json_and_knows_no_id() {
    let setup = setup().await;
    for key in [None, Some("nobody")] {
        let response = setup.http.post(key, message("wait", &json!({}))).send().await.unwrap();
        assert!(response.status() == 401 && response.headers().contains_key("www-authenticate"));
        let body: Value = response.json().await.unwrap();
        assert_eq!((&body["id"], &body["error"]["data"]["code"]), (&Value::Null, &json!("unauthenticated")));
    }
}

#[tokio::test]
async fn a_model_sees_what_it_could_be_given() {
    let issued =
        || HttpOptions::default().resource("https://mcp.test/mcp").unwrap().authorization_servers([ISSUER]).unwrap();
    for (name, options, all) in [
        ("issued", issued(), true),
        ("reader", issued(), false),
        ("reader", HttpOptions::default().list_tools(ListTools::All), true),
        ("issued", issued().list_tools(ListTools::Callable), false),
    ] {
        let setup = setup_with(options).await;
        let list = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/list"}).to_string();
        let answer: Value = setup.http.post(Some(name), list).send().await.unwrap().json().await.unwrap();
        let tools = answer["result"]["tools"].as_array().unwrap();
        let shown: Vec<_> = tools.iter().map(|tool| (&tool["name"], &tool["_meta"]["secure-tool/scopes"])).collect();
        if all {
            let (burn, read) = (json!(["house:burn"]), json!(["house:read"]));
            assert_eq!(
                shown,
                [
                    (&json!("burn_books"), &burn),
                    (&json!("burn_letters"), &burn),
                    (&json!("wait"), &read),
                    (&json!("write_letter"), &burn)
                ]
            );
        } else {
            assert_eq!(shown, [(&json!("wait"), &Value::Null)], "{name}");
        }
        // What is shown can be called by nobody who could not call it before.
        let client = setup.http.connect("reader").await.unwrap();
        let refused = call(&client, "burn_letters", json!({})).await.unwrap();
        assert!(code(&refused) == "insufficient_scope" && text(&refused).contains("house:burn"));
    }
}
