//! Clients that disconnect while their call waits, with unread bytes on the connection.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use secure_tool::{
    Approvals, Decision, MemorySink,
    http::{CancellationToken, HttpOptions},
    prelude::*,
};
use secure_tool_testkit::{until, within};
use secure_tool_tests::{
    clients::{HttpServer, Names},
    raw::{Raw, call_modern, post, post_with},
};
use serde_json::{Value, json};
use tokio::{net::TcpListener, sync::Semaphore, time::timeout};

/// Shorter than anything else that could end these calls: the keep-alive of an event stream, and the tools' own time.
const SOON: Duration = Duration::from_secs(12);

struct House {
    began: AtomicUsize,
    burnt: AtomicUsize,
    /// Lets the bodies of `wait` end.
    doors: Semaphore,
}

impl House {
    /// Wait until somebody opens the door.
    #[secure_tool(scope = "house:all", owner = unowned("nothing but time"), rate = 1000/minute, read_only, timeout = 10m)]
    async fn wait(&self) -> &'static str {
        self.began.fetch_add(1, Ordering::SeqCst);
        if let Ok(door) = self.doors.acquire().await {
            door.forget();
        }
        "waited"
    }

    /// Burn the letters.
    #[secure_tool(scope = "house:all", owner = unowned("they are the house's"), rate = 1000/minute, destructive, confirm = "Burn them?")]
    async fn burn_letters(&self) {
        self.burnt.fetch_add(1, Ordering::SeqCst);
    }

    /// Burn the books.
    #[secure_tool(scope = "house:all", owner = unowned("they are the house's"), rate = 1000/minute, destructive, confirm = operator("Burn them?"))]
    async fn burn_books(&self) {
        self.burnt.fetch_add(1, Ordering::SeqCst);
    }
}

fn principal(name: &str) -> Option<Caller> {
    (name == "alice").then(|| Caller::new("alice").with_scopes(["house:all"]))
}

struct Setup {
    house: Arc<House>,
    audit: Arc<MemorySink>,
    approvals: Approvals,
    server: SecureServer<House>,
}

fn setup() -> Setup {
    let house = Arc::new(House { began: AtomicUsize::new(0), burnt: AtomicUsize::new(0), doors: Semaphore::new(0) });
    let (audit, approvals) = (Arc::new(MemorySink::new(1000)), Approvals::default());
    let server = SecureServer::builder_shared(Arc::clone(&house))
        .rate_cells(1 << 10)
        .tool(House::wait())
        .tool(House::burn_letters())
        .tool(House::burn_books())
        .approver(approvals.clone())
        .allow_writes()
        .audit(Arc::clone(&audit))
        .build()
        .unwrap();
    Setup { house, audit, approvals, server }
}

impl Setup {
    async fn serve(&self) -> HttpServer {
        HttpServer::start_with(&self.server, Names(principal), HttpOptions::default()).await.unwrap()
    }

    async fn began(&self, count: usize) {
        until(format!("body {count} to begin"), async || self.house.began.load(Ordering::SeqCst) == count).await;
    }

    /// How the one call ended, which is not for a reason of its own.
    async fn ended(&self, what: &str) -> Decision {
        let ended = until("a record", async || !self.audit.records().is_empty());
        timeout(SOON, ended).await.unwrap_or_else(|_| panic!("{what}: the call goes on"));
        let mut records = self.audit.take();
        assert_eq!(records.len(), 1, "{what}: {records:#?}");
        records.remove(0).decision
    }
}

/// What stands behind a request.
fn trailers() -> Vec<(&'static str, Vec<u8>)> {
    let next = call_modern("alice", 2, "wait");
    let half = next.get(..next.len() / 2).unwrap().to_vec();
    vec![
        ("nothing", Vec::new()),
        ("a line break", b"\r\n".to_vec()),
        ("another request", next.clone()),
        ("half a request", half),
        // And less than the system has room for: behind a full window not even the end of a connection arrives.
        ("more than is read at a time", next.repeat(40)),
    ]
}

#[derive(Clone, Copy, Debug)]
enum Leaves {
    Closes,
    Resets,
    SaysSo,
}

/// Ends a connection. What it gives back is to be held until the test is over.
async fn leave(mut raw: Raw, how: Leaves) -> Option<Raw> {
    match how {
        Leaves::Closes => None,
        Leaves::Resets => {
            raw.reset().unwrap();
            None
        }
        Leaves::SaysSo => {
            raw.finish().await;
            Some(raw)
        }
    }
}

#[tokio::test]
async fn at_2026_a_disconnect_cancels_regardless_of_pipelined_bytes() {
    for (behind, bytes) in trailers() {
        for how in [Leaves::Closes, Leaves::Resets, Leaves::SaysSo] {
            let setup = setup();
            let http = setup.serve().await;
            let mut raw = Raw::open(http.address).await.unwrap();
            raw.send([call_modern("alice", 1, "wait"), bytes.clone()].concat()).await;
            setup.began(1).await;
            let _held = leave(raw, how).await;
            let what = format!("{how:?} with {behind} behind the call");
            assert_eq!(setup.ended(&what).await, Decision::Cancelled, "{what}");
            assert_eq!(setup.house.began.load(Ordering::SeqCst), 1, "{what}: no other call begins");
        }
    }
}

#[tokio::test]
async fn a_client_that_stays_gets_all_answers_in_their_order() {
    let setup = setup();
    let http = setup.serve().await;
    let mut raw = Raw::open(http.address).await.unwrap();
    raw.send([call_modern("alice", 1, "wait"), b"\r\n".to_vec(), call_modern("alice", 2, "wait")].concat()).await;
    setup.began(1).await;
    // Longer than it takes to find out that a client is gone.
    assert!(timeout(Duration::from_secs(1), raw.answer()).await.is_err(), "it waits");
    for id in [1, 2] {
        setup.began(id).await;
        setup.house.doors.add_permits(1);
        let answer = raw.answer().await.unwrap().json();
        assert_eq!((&answer["id"], &answer["result"]["content"][0]["text"]), (&json!(id), &json!("waited")));
    }
    assert!(setup.audit.take().iter().all(|record| record.decision == Decision::Allowed));
}

/// An older client's session, on a connection of its own.
async fn session(http: &HttpServer) -> String {
    let client = json!({"name": "c", "version": "1"});
    let params = json!({"protocolVersion": "2025-11-25", "capabilities": {"elicitation": {}}, "clientInfo": client});
    let hello = json!({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": params}).to_string();
    let answer = Raw::open(http.address).await.unwrap().ask(post(Some("alice"), &hello)).await.unwrap();
    format!("mcp-session-id: {}", answer.header("mcp-session-id").unwrap())
}

fn calling(id: u32, tool: &str) -> String {
    json!({"jsonrpc": "2.0", "id": id, "method": "tools/call", "params": {"name": tool, "arguments": {}}}).to_string()
}

#[tokio::test]
async fn a_question_is_withdrawn_when_its_client_disconnects() {
    for (behind, bytes) in trailers() {
        let setup = setup();
        let http = setup.serve().await;
        let session = session(&http).await;
        let mut raw = Raw::open(http.address).await.unwrap();
        raw.send([post_with(Some("alice"), &[&session], &calling(1, "burn_letters")), bytes].concat()).await;
        raw.head().await.unwrap();
        let event = String::from_utf8(raw.chunk().await.unwrap().unwrap()).unwrap();
        let question: Value =
            serde_json::from_str(event.lines().find_map(|line| line.strip_prefix("data: ")).unwrap()).unwrap();
        drop(raw);
        assert_ne!(setup.ended(behind).await, Decision::Allowed, "{behind}");
        let yes = json!({"action": "accept", "content": {"confirm": true}});
        let answer = json!({"jsonrpc": "2.0", "id": question["id"], "result": yes}).to_string();
        let mut raw = Raw::open(http.address).await.unwrap();
        let late = raw.ask(post_with(Some("alice"), &[&session], &answer)).await.unwrap();
        assert_eq!((late.status, setup.house.burnt.load(Ordering::SeqCst)), (400, 0), "{behind}");
    }
}

#[tokio::test]
async fn an_operator_sees_no_call_of_a_client_that_is_gone() {
    for (behind, bytes) in trailers() {
        for modern in [true, false] {
            let setup = setup();
            let http = setup.serve().await;
            let call = if modern {
                call_modern("alice", 1, "burn_books")
            } else {
                post_with(Some("alice"), &[&session(&http).await], &calling(1, "burn_books"))
            };
            let mut raw = Raw::open(http.address).await.unwrap();
            raw.send([call, bytes.clone()].concat()).await;
            until("the call to wait", async || setup.approvals.list().len() == 1).await;
            let id = setup.approvals.list()[0].id;
            drop(raw);
            assert_ne!(setup.ended(behind).await, Decision::Allowed, "{behind}");
            assert!(
                setup.approvals.list().is_empty()
                    && setup.approvals.approve(id, &Arc::new(Caller::new("olga"))).is_err(),
                "{behind}"
            );
            assert_eq!(setup.house.burnt.load(Ordering::SeqCst), 0, "{behind}");
        }
    }
}

/// Dropping the future of a server ends all of it.
#[tokio::test]
async fn a_server_that_is_dropped_ends_the_calls_without_a_connection() {
    let setup = setup();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (address, stop) = (listener.local_addr().unwrap(), CancellationToken::new());
    let server = setup.server.clone();
    let serving = tokio::spawn(async move {
        server.serve_http(listener, Names(principal), HttpOptions::default().stop_with(stop)).await.unwrap();
    });
    let mut raw = Raw::open(address).await.unwrap();
    raw.send(post(Some("alice"), &calling(1, "wait"))).await;
    setup.began(1).await;
    serving.abort();
    assert!(within("the server to end", serving).await.is_err());
    assert_eq!(setup.ended("dropped").await, Decision::Cancelled);
}
