//! Progress reports to clients over stdio and HTTP, at every protocol version, and what clients are not told.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, SystemTime},
};

use rmcp::{
    ClientHandler, RoleClient,
    model::ProgressNotificationParam,
    service::{ClientServiceExt, NotificationContext, RunningService},
};
use secure_tool::{
    Code, MemorySink,
    http::{HttpOptions, StepUp},
    prelude::*,
};
use secure_tool_testkit::{until, within};
use secure_tool_tests::{
    clients::{HttpServer, Names, call, call_inside, close, connect_by_pipe, discover, pipe, text},
    raw::{Answer, Raw, request},
};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    sync::{Semaphore, mpsc},
};

const CARD: &str = "4111 1111 1111 1111";
const FLOOD: u64 = 100_000;

struct Works {
    /// Lets bodies take a step.
    gate: Semaphore,
    ended: AtomicUsize,
}

impl Works {
    async fn pass(&self) {
        if let Ok(permit) = self.gate.acquire().await {
            permit.forget();
        }
    }

    fn pass_blocking(&self) {
        while self.gate.try_acquire().map(tokio::sync::SemaphorePermit::forget).is_err() {
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// Take three steps.
    #[secure_tool(scope = "works", owner = unowned("nothing but steps"), read_only, timeout = 1m)]
    async fn steps(&self, progress: &Progress) -> &'static str {
        for step in 1..=3 {
            progress.report(step, 3, &format!("step {step}"));
            self.pass().await;
        }
        self.ended.fetch_add(1, Ordering::SeqCst);
        "walked"
    }

    /// Take three steps on a thread.
    #[secure_tool(scope = "works", owner = unowned("nothing but steps"), read_only, timeout = 1m)]
    fn steps_blocking(&self, progress: &Progress) -> &'static str {
        for step in 1..=3 {
            progress.report(step, 3, &format!("step {step}"));
            self.pass_blocking();
        }
        "walked"
    }

    /// Say very much.
    #[secure_tool(scope = "works", owner = unowned("nothing but words"), read_only, timeout = 1m)]
    fn flood(&self, progress: &Progress) -> &'static str {
        for done in 0..=FLOOD {
            progress.count(done, "");
            progress.count(done / 2, "back");
        }
        "said"
    }

    /// Say the number of a card.
    #[secure_tool(scope = "works", owner = unowned("nothing but words"), read_only)]
    async fn card(&self, progress: &Progress) -> &'static str {
        progress.report(1, 2, &format!("paying\u{202e}\u{200b} with {CARD}"));
        "paid"
    }

    /// Say nothing.
    #[secure_tool(scope = "works", owner = unowned("nothing but silence"), read_only)]
    async fn quiet(&self, progress: &Progress) -> &'static str {
        let _ = progress;
        "quiet"
    }

    /// Begin, and never end.
    #[secure_tool(scope = "works", owner = unowned("nothing but time"), read_only, timeout = 200ms)]
    async fn stuck(&self, progress: &Progress) {
        progress.count(1, "");
        std::future::pending::<()>().await;
    }

    /// Say something when nobody listens any more.
    #[secure_tool(scope = "works", owner = unowned("nothing but words"), read_only, timeout = 200ms)]
    fn late(&self, progress: &Progress) {
        progress.count(1, "in time");
        self.pass_blocking();
        progress.count(2, "too late");
        self.ended.fetch_add(1, Ordering::SeqCst);
    }
}

fn principal(name: &str) -> Option<Caller> {
    match name {
        "alice" => Some(alice()),
        "nobody" => Some(Caller::new("nobody")),
        _ => None,
    }
}

fn alice() -> Caller {
    Caller::new("alice").with_scopes(["works"])
}

struct Setup {
    works: Arc<Works>,
    audit: Arc<MemorySink>,
    server: SecureServer<Works>,
    http: HttpServer,
}

async fn setup() -> Setup {
    let works = Arc::new(Works { gate: Semaphore::new(0), ended: AtomicUsize::new(0) });
    let audit = Arc::new(MemorySink::new(1000));
    let server = SecureServer::builder_shared(Arc::clone(&works))
        .tool(Works::steps())
        .tool(Works::steps_blocking())
        .tool(Works::flood())
        .tool(Works::card())
        .tool(Works::quiet())
        .tool(Works::stuck())
        .tool(Works::late())
        .audit(Arc::clone(&audit))
        .build()
        .unwrap();
    let options = HttpOptions::default().step_up(StepUp::Always);
    let http = HttpServer::start_with(&server, Names(principal), options).await.unwrap();
    Setup { works, audit, server, http }
}

/// A client that hands on what it is told.
struct Listens(mpsc::UnboundedSender<ProgressNotificationParam>);

impl ClientHandler for Listens {
    async fn on_progress(&self, told: ProgressNotificationParam, _: NotificationContext<RoleClient>) {
        let _ = self.0.send(told);
    }
}

/// How a client of an older protocol, or of the newest one, sends a request over HTTP.
#[derive(Clone, Debug)]
struct Speaks {
    revision: &'static str,
    session: Option<String>,
}

impl Setup {
    /// Every protocol, with and without a session.
    async fn all_ways(&self) -> Vec<Speaks> {
        let mut ways = vec![Speaks { revision: "2026-07-28", session: None }];
        for revision in ["2025-06-18", "2025-11-25"] {
            ways.push(Speaks { revision, session: None });
            let params =
                json!({"protocolVersion": revision, "capabilities": {}, "clientInfo": {"name": "c", "version": "1"}});
            let body = json!({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": params}).to_string();
            let answer =
                self.open().await.ask(post("alice", &Speaks { revision, session: None }, "", &body)).await.unwrap();
            ways.push(Speaks { revision, session: Some(answer.header("mcp-session-id").unwrap().to_owned()) });
        }
        ways
    }

    async fn open(&self) -> Raw {
        Raw::open(self.http.address).await.unwrap()
    }

    async fn ask(&self, way: &Speaks, tool: &str, token: &Value) -> Answer {
        self.open().await.ask(call_raw("alice", way, tool, token)).await.unwrap()
    }

    /// Begins `steps`, and reads the first thing that it says.
    async fn first_step(&self, way: &Speaks) -> Raw {
        let mut connection = self.open().await;
        connection.send(call_raw("alice", way, "steps", &json!("t"))).await;
        let (status, headers) = connection.head().await.unwrap();
        assert_eq!(status, 200, "{way:?}");
        assert!(headers.contains(&("content-type".into(), "text/event-stream".into())), "{headers:?}");
        let first = String::from_utf8(connection.chunk().await.unwrap().unwrap()).unwrap();
        assert_eq!(events(&first), [notice(&json!("t"), 1, Some(3), Some("step 1"))], "{way:?}");
        connection
    }

    /// How the one call that has ended since did so.
    async fn ended(&self) -> Option<Code> {
        until("a record", async || !self.audit.records().is_empty()).await;
        self.audit.take().remove(0).code
    }
}

fn post(key: &str, way: &Speaks, tool: &str, body: &str) -> Vec<u8> {
    let mut lines = vec![
        "host: localhost".to_owned(),
        "content-type: application/json".to_owned(),
        "accept: application/json, text/event-stream".to_owned(),
        format!("mcp-protocol-version: {}", way.revision),
        format!("authorization: Bearer {key}"),
    ];
    if way.revision == "2026-07-28" {
        lines.extend(["mcp-method: tools/call".to_owned(), format!("mcp-name: {tool}")]);
    }
    lines.extend(way.session.as_ref().map(|session| format!("mcp-session-id: {session}")));
    request("POST /mcp HTTP/1.1", &lines.iter().map(String::as_str).collect::<Vec<_>>(), body)
}

/// A call, with this token if it is not null.
fn call_raw(key: &str, way: &Speaks, tool: &str, token: &Value) -> Vec<u8> {
    let mut meta = json!({});
    if way.revision == "2026-07-28" {
        meta["io.modelcontextprotocol/protocolVersion"] = way.revision.into();
        meta["io.modelcontextprotocol/clientCapabilities"] = json!({});
    }
    if !token.is_null() {
        meta["progressToken"] = token.clone();
    }
    let params = json!({"name": tool, "arguments": {}, "_meta": meta});
    let body = json!({"jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": params}).to_string();
    post(key, way, tool, &body)
}

/// The messages in a stream, without what keeps it alive.
fn events(body: &str) -> Vec<Value> {
    let data = body.split("\n\n").filter_map(|event| event.split_once("data: ").map(|(_, data)| data));
    data.map(|data| serde_json::from_str(data).unwrap()).collect()
}

fn notice(token: &Value, done: u64, total: Option<u64>, text: Option<&str>) -> Value {
    let mut params = json!({"progressToken": token, "progress": done});
    if let Some(total) = total {
        params["total"] = total.into();
    }
    if let Some(text) = text {
        params["message"] = text.into();
    }
    json!({"jsonrpc": "2.0", "method": "notifications/progress", "params": params})
}

/// What came before the answer, and the answer.
fn streamed(answer: &Answer) -> (Vec<Value>, Value) {
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("text/event-stream")));
    let mut events = events(&answer.text());
    let last = events.pop().unwrap();
    assert!(events.iter().all(|event| event["method"] == "notifications/progress"), "{events:?}");
    assert_eq!(last["id"], 7, "the last thing is the answer");
    (events, last)
}

async fn walk(
    setup: &Setup,
    client: RunningService<RoleClient, Listens>,
    mut told: mpsc::UnboundedReceiver<ProgressNotificationParam>,
) {
    for tool in ["steps", "steps_blocking"] {
        let walking = call(&client, tool, json!({}));
        let watching = async {
            for step in 1_u32..=3 {
                let told = within("a step", told.recv()).await.unwrap();
                assert_eq!((told.progress, told.total), (f64::from(step), Some(3.0)), "{tool}");
                assert_eq!(told.message.as_deref(), Some(&*format!("step {step}")), "{tool}");
                // The body goes on only now: what was told was told while it ran.
                setup.works.gate.add_permits(1);
            }
        };
        let (answer, ()) = tokio::join!(walking, watching);
        assert_eq!(text(&answer.unwrap()), "walked");
        assert!(told.try_recv().is_err(), "{tool}: nothing is told after the end");
    }
    close(client).await.unwrap();
}

#[tokio::test]
async fn a_client_receives_each_progress_report_while_the_body_runs() {
    let setup = setup().await;
    let (send, told) = mpsc::unbounded_channel();
    walk(&setup, connect_by_pipe(&setup.server, alice(), Listens(send)).await.unwrap(), told).await;
    let (send, told) = mpsc::unbounded_channel();
    let connecting = Listens(send).serve_with_lifecycle(pipe(&setup.server, alice()), discover());
    walk(&setup, within("a client to connect", connecting).await.unwrap(), told).await;
    let (send, told) = mpsc::unbounded_channel();
    walk(&setup, setup.http.connect_as("alice", Listens(send)).await.unwrap(), told).await;
    let (send, told) = mpsc::unbounded_channel();
    walk(&setup, setup.http.connect_legacy_as("alice", Listens(send)).await.unwrap(), told).await;
}

#[tokio::test]
async fn the_progress_token_is_returned_unchanged_at_every_protocol() {
    let setup = setup().await;
    for way in setup.all_ways().await {
        for token in [json!("abc\u{1f980}\""), json!(""), json!(0), json!(i64::MIN), json!("x".repeat(256))] {
            let (told, answer) = streamed(&setup.ask(&way, "card", &token).await);
            let masked = notice(&token, 1, Some(2), Some("paying with [masked: card]"));
            assert_eq!(told, [masked], "{way:?}");
            assert_eq!(answer["result"]["content"][0]["text"], "paid", "{way:?}");
        }
    }
}

#[tokio::test]
async fn a_call_without_a_progress_token_or_a_report_is_answered_with_json() {
    let setup = setup().await;
    let way = |answer: &Answer| (answer.status, answer.header("content-type").map(str::to_owned));
    let json = (200, Some("application/json".to_owned()));
    for speaks in setup.all_ways().await {
        let asked_nothing = setup.ask(&speaks, "card", &Value::Null).await;
        assert_eq!(way(&asked_nothing), json, "{speaks:?}");
        assert_eq!(asked_nothing.json()["result"]["content"][0]["text"], "paid");
        for no_token in [json!(1.5), json!({"a": 1}), json!([1]), json!(true), json!("x".repeat(257))] {
            assert_eq!(way(&setup.ask(&speaks, "card", &no_token).await), json, "{speaks:?} {no_token}");
        }
        let said_nothing = setup.ask(&speaks, "quiet", &json!("t")).await;
        assert_eq!(way(&said_nothing), json, "{speaks:?}");
        assert_eq!(said_nothing.json()["result"]["content"][0]["text"], "quiet");
    }
}

#[tokio::test]
async fn a_flood_of_reports_does_not_cause_a_flood_of_messages() {
    let setup = setup().await;
    for way in setup.all_ways().await {
        let (told, answer) = streamed(&setup.ask(&way, "flood", &json!(1)).await);
        let done: Vec<u64> = told.iter().map(|told| told["params"]["progress"].as_u64().unwrap()).collect();
        assert!(done.is_sorted_by(|one, next| one < next), "{done:?}");
        assert_eq!(done.last(), Some(&FLOOD), "the last report is sent");
        assert!(done.len() < 1000, "{}", done.len());
        assert!(told.iter().all(|told| told["params"].get("message").is_none()), "what goes back is ignored");
        assert_eq!(answer["result"]["content"][0]["text"], "said");
    }
}

#[tokio::test]
async fn the_http_status_is_decided_before_the_first_report() {
    let setup = setup().await;
    for way in setup.all_ways().await {
        let ask = async |key| setup.open().await.ask(call_raw(key, &way, "card", &json!(1))).await.unwrap();
        if way.session.is_none() {
            assert_eq!(ask("nobody").await.status, 403, "{way:?}");
            assert_eq!(ask("who").await.status, 401, "{way:?}");
        }
        assert_eq!(ask("alice").await.status, 200, "{way:?}");
    }
}

#[tokio::test]
async fn a_broken_stream_cancels_the_call_unless_it_has_a_session() {
    let setup = setup().await;
    for way in setup.all_ways().await {
        let connection = setup.first_step(&way).await;
        assert!(setup.audit.records().is_empty());
        drop(connection);
        if way.session.is_some() {
            setup.works.gate.add_permits(3);
            assert_eq!(setup.ended().await, None, "{way:?}");
        } else {
            assert_eq!(setup.ended().await, Some(Code::Cancelled), "{way:?}");
        }
    }
    assert_eq!(setup.works.ended.load(Ordering::SeqCst), 2, "those with a session");
}

#[tokio::test]
async fn a_revocation_or_a_timeout_is_the_last_event_of_the_stream() {
    let setup = setup().await;
    let ways = setup.all_ways().await;
    for way in &ways {
        let (told, answer) = streamed(&setup.ask(way, "stuck", &json!(1)).await);
        assert_eq!(told, [notice(&json!(1), 1, None, None)], "{way:?}");
        assert!(answer.to_string().contains("timeout"), "{way:?} {answer}");
    }
    for way in &ways {
        let mut connection = setup.first_step(way).await;
        let revocations = setup.server.revocations();
        revocations.revoke_subject(None, "alice", SystemTime::now() + Duration::from_secs(60)).unwrap();
        let last = String::from_utf8(connection.chunk().await.unwrap().unwrap()).unwrap();
        let last = events(&last).remove(0);
        assert!(last["id"] == 7 && last.to_string().contains("unauthenticated"), "{way:?} {last}");
        assert_eq!(connection.chunk().await, Some(None), "{way:?}: the stream is over");
        assert!(revocations.reinstate_subject(None, "alice"));
    }
}

#[tokio::test]
async fn no_report_is_sent_after_the_end() {
    let setup = setup().await;
    let mut client = BufReader::new(pipe(&setup.server, alice()));
    let send = async |client: &mut BufReader<_>, message: Value| {
        let line = format!("{message}\n");
        within("the server to read", client.write_all(line.as_bytes())).await.unwrap();
    };
    let read = async |client: &mut BufReader<_>| {
        let mut line = String::new();
        within("a line", client.read_line(&mut line)).await.unwrap();
        serde_json::from_str::<Value>(&line).unwrap()
    };
    let hello =
        json!({"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "c", "version": "1"}});
    send(&mut client, json!({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": hello})).await;
    read(&mut client).await;
    send(&mut client, json!({"jsonrpc": "2.0", "method": "notifications/initialized"})).await;
    let params = json!({"name": "late", "arguments": {}, "_meta": {"progressToken": "t"}});
    send(&mut client, json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params})).await;
    assert_eq!(read(&mut client).await, notice(&json!("t"), 1, None, Some("in time")));
    assert_eq!(read(&mut client).await["id"], 1, "its time is over");
    setup.works.gate.add_permits(1);
    until("the body to end", async || setup.works.ended.load(Ordering::SeqCst) == 1).await;
    send(&mut client, json!({"jsonrpc": "2.0", "id": 2, "method": "ping"})).await;
    assert_eq!(read(&mut client).await["id"], 2, "the next line is the next answer");
}

#[tokio::test]
async fn reports_of_a_call_within_the_process_are_discarded() {
    let setup = setup().await;
    assert_eq!(text(&call_inside(&setup.server, &alice(), "card", json!({})).await), "paid");
}
