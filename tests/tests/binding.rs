//! Sessions, confirmations, approvals and running calls are bound to their principal. Another principal cannot use them, even one of the same name.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use rmcp::{
    RoleClient,
    model::{CallToolRequestParams, CallToolResponse, CallToolResult},
    service::RunningService,
};
use secure_tool::{Approvals, Decision, MemorySink, NoApproval, http::HttpOptions, prelude::*};
use secure_tool_testkit::{until, within};
use secure_tool_tests::{
    clients::{HttpServer, Names, answered, call_once, code, http_client, message, without_call_id},
    person::{Person, Says},
};
use serde_json::{Value, json};

#[derive(Default)]
struct House {
    began: AtomicUsize,
    burnt: AtomicUsize,
}

impl House {
    /// Tell who calls.
    #[secure_tool(scope = "house", owner = caller("its answer holds no rows"), rate = 1000/minute, read_only)]
    async fn whoami(&self, caller: &Caller) -> String {
        format!("{} of {:?}", caller.subject(), caller.tenant())
    }

    /// Wait for long.
    #[secure_tool(scope = "house", owner = unowned("nothing but time"), rate = 1000/minute, read_only, timeout = 1m)]
    async fn wait(&self) {
        self.began.fetch_add(1, Ordering::SeqCst);
        tokio::time::sleep(Duration::from_secs(50)).await;
    }

    /// Burn the letters.
    #[secure_tool(scope = "house", owner = unowned("they are the house's"), rate = 1000/minute, destructive, confirm = "Burn them?")]
    async fn burn_letters(&self) {
        self.burnt.fetch_add(1, Ordering::SeqCst);
    }

    /// Burn the books.
    #[secure_tool(scope = "house", owner = unowned("they are the house's"), rate = 1000/minute, destructive, confirm = operator("Burn them?"))]
    async fn burn_books(&self) {
        self.burnt.fetch_add(1, Ordering::SeqCst);
    }
}

/// Who shares a name with alice and is another principal.
const OTHERS: [&str; 6] = ["bob", "tenant", "no_tenant", "client", "issuer", "actor"];
fn principal(name: &str) -> Option<Caller> {
    let alice = || Caller::new("alice").with_scopes(["house"]).with_issuer("https://one.test").with_client("app");
    let at_acme = || alice().with_tenant("acme").with_token_id("t1");
    Some(match name {
        "alice" => at_acme(),
        // The same principal with the token that came after.
        "renewed" => at_acme().with_token_id("t2").with_key_id("k2"),
        "bob" => Caller::new("bob").with_scopes(["house"]).with_tenant("acme").with_client("app"),
        "tenant" => alice().with_tenant("globex"),
        "no_tenant" => alice(),
        "client" => at_acme().with_client("web"),
        "issuer" => at_acme().with_issuer("https://two.test"),
        "actor" => at_acme().with_actor("bot"),
        _ => return None,
    })
}

struct Setup {
    house: Arc<House>,
    audit: Arc<MemorySink>,
    approvals: Approvals,
    http: Arc<HttpServer>,
}

async fn setup() -> Setup {
    let (house, audit, approvals) = (Arc::new(House::default()), Arc::new(MemorySink::new(1000)), Approvals::default());
    let server = SecureServer::builder_shared(Arc::clone(&house))
        .rate_cells(1 << 10)
        .tool(House::whoami())
        .tool(House::wait())
        .tool(House::burn_letters())
        .tool(House::burn_books())
        .approver(approvals.clone())
        .allow_writes()
        .audit(Arc::clone(&audit))
        .build()
        .unwrap();
    let http = Arc::new(HttpServer::start_with(&server, Names(principal), HttpOptions::default()).await.unwrap());
    Setup { house, audit, approvals, http }
}

type Client = RunningService<RoleClient, Person>;

async fn connect(http: &HttpServer, name: &str) -> Client {
    http.connect_as(name, Person::who(Says::Yes)).await.unwrap()
}

/// Somebody of alice's company.
fn operator(name: &str) -> Arc<Caller> {
    Arc::new(Caller::new(name).with_tenant("acme"))
}

async fn ask(client: &Client) -> String {
    match call_once(client, CallToolRequestParams::new("burn_letters")).await.unwrap() {
        CallToolResponse::InputRequired(asked) => asked.request_state.unwrap(),
        other => panic!("{other:?}"),
    }
}

async fn answer(client: &Client, state: &str) -> CallToolResult {
    let mut params = CallToolRequestParams::new("burn_letters");
    params.request_state = Some(state.to_owned());
    let yes = json!({"action": "accept", "content": {"confirm": true}});
    params.input_responses = Some([("confirm".to_owned(), yes)].into());
    answered(call_once(client, params).await).unwrap()
}

#[tokio::test]
async fn a_confirmation_is_bound_to_its_principal() {
    let Setup { house, audit, http, .. } = setup().await;
    let (alice, renewed) = (connect(&http, "alice").await, connect(&http, "renewed").await);
    let shown = |result: &CallToolResult| without_call_id(&serde_json::to_string(result).unwrap());
    for other in OTHERS {
        let thief = connect(&http, other).await;
        let state = ask(&alice).await;
        let _ = audit.take();
        let stolen = answer(&thief, &state).await;
        assert_eq!((code(&stolen), audit.take()[0].rule), ("confirmation_required".into(), "other_caller"), "{other}");
        assert_eq!(shown(&stolen), shown(&answer(&thief, "made up").await), "{other}: to the byte");
        // The other way round, and it has not been used up.
        let theirs = ask(&thief).await;
        assert_eq!(code(&answer(&alice, &theirs).await), "confirmation_required", "{other}");
        assert_eq!(house.burnt.swap(0, Ordering::SeqCst), 0, "{other}");
        assert_eq!(code(&answer(&alice, &state).await), "ok");
        assert_eq!(code(&answer(&thief, &theirs).await), "ok");
        assert_eq!(house.burnt.swap(0, Ordering::SeqCst), 2);
    }
    let state = ask(&alice).await;
    assert_eq!(code(&answer(&renewed, &state).await), "ok", "a token may be renewed between question and answer");
}

fn initialize() -> String {
    json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {
        "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "c", "version": "1"}}})
    .to_string()
}

#[tokio::test]
async fn a_session_is_bound_to_its_principal() {
    let Setup { http, .. } = setup().await;
    let begun = http.post(Some("alice"), initialize()).send().await.unwrap();
    let session = begun.headers()["mcp-session-id"].to_str().unwrap().to_owned();
    let send = |name: &'static str, session: &str| {
        let request = http.post(Some(name), message("whoami", &json!({}))).header("mcp-session-id", session);
        async move {
            let response = request.send().await.unwrap();
            assert!(!response.headers().contains_key("mcp-session-id"), "only a handshake gives one");
            (response.status().as_u16(), response.text().await.unwrap())
        }
    };
    for name in OTHERS {
        let (status, stolen) = send(name, &session).await;
        assert_eq!(status, 404, "{name}");
        assert_eq!((404, stolen), send(name, "6f1c0f5e-8f0a-4f57-9a53-0a2f8a1b1c1d").await, "{name}: to the byte");
    }
    for name in ["alice", "renewed"] {
        let (status, body) = send(name, &session).await;
        assert!(status == 200 && body.contains("alice of Some(\\\"acme\\\")"), "{name}: {body}");
    }
    // No stream to resume, none to close.
    for method in [reqwest::Method::GET, reqwest::Method::DELETE] {
        for session in [None, Some(&session)] {
            let mut request = http_client()
                .request(method.clone(), http.url())
                .bearer_auth("alice")
                .header("accept", "text/event-stream")
                .header("mcp-protocol-version", "2025-11-25")
                .header("last-event-id", "1");
            if let Some(session) = session {
                request = request.header("mcp-session-id", session);
            }
            assert_eq!(request.send().await.unwrap().status(), 405, "{method} {session:?}");
        }
    }
}

#[tokio::test]
async fn there_are_no_tasks_or_subscriptions_to_hijack() {
    let Setup { http, .. } = setup().await;
    for method in
        ["tasks/get", "tasks/result", "tasks/cancel", "tasks/list", "resources/subscribe", "subscriptions/listen"]
    {
        for name in ["alice", "bob"] {
            let body = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": {"taskId": "1", "uri": "a:b"}});
            let response = http.post(Some(name), body.to_string()).send().await.unwrap();
            let answer: Value = response.json().await.unwrap();
            assert!(answer["error"]["code"].as_i64().is_some_and(|code| code < 0), "{method}: {answer}");
            assert!(answer.get("result").is_none(), "{method}: {answer}");
        }
    }
}

fn cancelled(id: u32) -> String {
    json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": id, "reason": "mine"}})
        .to_string()
}

#[tokio::test]
async fn only_the_client_that_waits_for_a_call_can_cancel_it() {
    let Setup { house, audit, http, .. } = setup().await;
    let waits = {
        let http = Arc::clone(&http);
        tokio::spawn(async move { http.post_modern(Some("alice"), "wait", "wait", &json!({})).send().await })
    };
    until("the call to begin", async || house.began.load(Ordering::SeqCst) == 1).await;
    // The id of alice's request is 1. She is no better off with a second request: there is nothing that connects the two.
    for name in OTHERS.into_iter().chain(["renewed", "alice"]) {
        for id in [0, 1] {
            let response = http.post(Some(name), cancelled(id)).send().await.unwrap();
            assert_eq!(response.status(), 202, "{name}");
        }
    }
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(!waits.is_finished() && audit.records().is_empty(), "it runs on");
    waits.abort();
    until("the call's record", async || !audit.records().is_empty()).await;
    assert_eq!(audit.take()[0].decision, Decision::Cancelled, "her connection is what she waits on");
}

#[tokio::test]
async fn an_approval_is_for_one_call() {
    let Setup { house, audit, approvals, http } = setup().await;
    let begin = |name: &'static str| {
        let http = Arc::clone(&http);
        tokio::spawn(async move {
            let response = http.post(Some(name), message("burn_books", &json!({}))).send().await.unwrap();
            response.text().await.unwrap()
        })
    };
    let calls = OTHERS.map(|name| (name, begin(name)));
    let alice = begin("alice");
    until("all calls to wait", async || approvals.list().len() == OTHERS.len() + 1).await;
    let is_alices = |caller: &Caller| {
        (caller.token_id(), caller.client(), caller.issuer(), caller.actor())
            == (Some("t1"), Some("app"), Some("https://one.test"), None)
            && caller.tenant() == Some("acme")
    };
    let waiting = approvals.list();
    let [hers] = *waiting.iter().filter(|request| is_alices(&request.caller)).collect::<Vec<_>>() else { panic!() };
    assert_eq!(approvals.approve(hers.id, &operator("Alice")), Err(NoApproval::OwnCall));
    approvals.approve(hers.id, &operator("olga")).unwrap();
    assert!(within("alice's call", alice).await.unwrap().contains(r#""isError":false"#));
    assert_eq!(approvals.approve(hers.id, &operator("olga")), Err(NoApproval::NotWaiting), "once");
    tokio::time::sleep(Duration::from_millis(50)).await;
    for (name, call) in calls {
        assert!(!call.is_finished(), "{name} still waits");
        call.abort();
    }
    assert_eq!(house.burnt.load(Ordering::SeqCst), 1);
    // The approved one has an intent and an outcome.
    let over = async || approvals.list().is_empty() && audit.records().len() == OTHERS.len() + 2;
    until("the end of all calls", over).await;
}
