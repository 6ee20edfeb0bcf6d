//! No caller can shut out another one: each can use only its share of places, blocking threads, questions and anonymous calls.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use secure_tool::{AuditRecord, Caller, Decision, MemorySink, SecureServer, Stage, http::HttpOptions, prelude::*};
use secure_tool_testkit::{LIMIT, until, within};
use secure_tool_tests::{
    clients::{HttpServer, Names, call, code, message, text, without_call_id},
    person::{Person, Says},
    raw::Raw,
};
use serde_json::{Value, json};
use tokio::{sync::watch, task::JoinSet};

/// A field with an owner, which has its name.
#[derive(Clone)]
struct Field(Box<str>);

impl Resource for Field {
    type Key = String;
    fn owner(&self) -> Owner {
        Owner::subject(&*self.0)
    }
}

struct Farm {
    loads: AtomicUsize,
    running: AtomicUsize,
    ran: AtomicUsize,
    /// While it is true, bodies stay.
    held: watch::Sender<bool>,
    panics: AtomicBool,
}

impl Default for Farm {
    fn default() -> Self {
        let (loads, running, ran) = Default::default();
        Self { loads, running, ran, held: watch::Sender::new(true), panics: AtomicBool::new(false) }
    }
}

impl Load<Field> for Farm {
    async fn load(&self, key: &String) -> Result<Option<Field>, ToolError> {
        self.loads.fetch_add(1, Ordering::SeqCst);
        Ok((key != "nobody").then(|| Field(key.as_str().into())))
    }
}

impl Farm {
    /// Plough a field.
    #[secure_tool(scope = "farm:work", owner = field, rate = 1000000/minute, read_only, concurrency(4, per_caller = 2))]
    async fn plough(
        &self,
        /// Which.
        field: Owned<Field>,
    ) -> String {
        self.running.fetch_add(1, Ordering::SeqCst);
        let _ = self.held.subscribe().wait_for(|held| !held).await;
        assert!(!self.panics.load(Ordering::SeqCst), "the plough broke");
        field.0.to_string()
    }

    /// Saw wood, on a thread of its own.
    #[secure_tool(scope = "farm:work", owner = unowned("wood is everybody's"), rate = 1000000/minute, read_only, timeout = 100ms)]
    fn saw(&self) {
        self.block();
    }

    /// Mill corn, on a thread of its own.
    #[secure_tool(scope = "farm:work", owner = unowned("corn is everybody's"), rate = 1000000/minute, read_only, timeout = 100ms)]
    fn mill(&self) {
        self.block();
    }

    /// Burn a field.
    #[secure_tool(scope = "farm:work", owner = field, rate = 1000000/minute, destructive, confirm = "Burn {field}?", concurrency = 1)]
    async fn burn(
        &self,
        /// Which.
        field: Owned<Field>,
    ) {
        assert!(!field.0.is_empty());
        self.ran.fetch_add(1, Ordering::SeqCst);
    }

    /// Look over the fence.
    #[secure_tool(scope = public("the fence is low"), owner = unowned("a view is nobody's"), rate = 2/hour, read_only, concurrency = 2)]
    async fn look(&self) {
        self.running.fetch_add(1, Ordering::SeqCst);
        let _ = self.held.subscribe().wait_for(|held| !held).await;
    }

    fn block(&self) {
        self.running.fetch_add(1, Ordering::SeqCst);
        // A thread that waits on would keep the process of a failed test alive.
        let begun = Instant::now();
        while *self.held.borrow() && begun.elapsed() < LIMIT {
            std::thread::sleep(Duration::from_millis(2));
        }
        self.running.fetch_sub(1, Ordering::SeqCst);
        assert!(!self.panics.load(Ordering::SeqCst), "the saw broke");
    }

    fn running(&self) -> usize {
        self.running.load(Ordering::SeqCst)
    }
}

struct Setup {
    farm: Arc<Farm>,
    audit: Arc<MemorySink>,
    server: SecureServer<Farm>,
    http: HttpServer,
}

fn caller(name: &str) -> Caller {
    Caller::new(name).with_scopes(["farm:work"])
}

async fn setup() -> Setup {
    let farm = Arc::new(Farm::default());
    let audit = Arc::new(MemorySink::new(1000));
    let server = SecureServer::builder_shared(Arc::clone(&farm))
        .tool(Farm::plough())
        .tool(Farm::saw())
        .tool(Farm::mill())
        .tool(Farm::burn())
        .tool(Farm::look())
        .blocking_bodies(4)
        .allow_writes()
        .audit(Arc::clone(&audit))
        .build()
        .unwrap();
    let anybody = Names(|name| Some(caller(name)));
    let http = HttpServer::start_with(&server, anybody, HttpOptions::default().allow_anonymous()).await.unwrap();
    Setup { farm, audit, server, http }
}

/// Begins so many calls of one caller, each as a request of its own.
fn begin(http: &HttpServer, tasks: &mut JoinSet<Value>, who: &str, tool: &str, arguments: &Value, count: usize) {
    for _ in 0..count {
        let request = http.post_modern(Some(who), tool, tool, arguments);
        tasks.spawn(async move { request.send().await.unwrap().json().await.unwrap() });
    }
}

/// The codes of the calls that end next.
async fn ended(tasks: &mut JoinSet<Value>, count: usize) -> Vec<String> {
    let mut codes = Vec::new();
    for _ in 0..count {
        let answer = within("an answer", tasks.join_next()).await.unwrap().unwrap();
        let refusal = answer.pointer("/result/_meta/secure-tool~1refusal/code");
        codes.push(refusal.and_then(Value::as_str).unwrap_or("ok").to_owned());
    }
    codes.sort();
    codes
}

fn rules(audit: &MemorySink) -> Vec<(Stage, &'static str)> {
    let mut rules: Vec<_> = audit.take().iter().map(|record| (record.stage, record.rule)).collect();
    rules.sort();
    rules
}

#[tokio::test]
async fn one_caller_fills_its_share_of_a_tool_and_another_can_still_call() {
    let Setup { farm, audit, http, .. } = setup().await;
    let mut alices = JoinSet::new();
    begin(&http, &mut alices, "alice", "plough", &json!({"field": "alice"}), 6);
    assert_eq!(ended(&mut alices, 4).await, ["unavailable"; 4]);
    until("two bodies", async || farm.running() == 2).await;
    assert_eq!(farm.loads.load(Ordering::SeqCst), 2, "nothing is loaded for a call without a place");
    assert_eq!(rules(&audit), [(Stage::Limits, "concurrency_of_caller"); 4]);

    let mut bobs = JoinSet::new();
    begin(&http, &mut bobs, "bob", "plough", &json!({"field": "bob"}), 2);
    until("bob's bodies", async || farm.running() == 4).await;
    let mut carols = JoinSet::new();
    begin(&http, &mut carols, "carol", "plough", &json!({"field": "carol"}), 1);
    assert_eq!(ended(&mut carols, 1).await, ["unavailable"]);
    assert_eq!(rules(&audit), [(Stage::Limits, "concurrency")]);

    farm.held.send_replace(false);
    assert_eq!(
        (ended(&mut alices, 2).await, ended(&mut bobs, 2).await),
        (vec!["ok".to_owned(); 2], vec!["ok".into(); 2])
    );
    begin(&http, &mut carols, "carol", "plough", &json!({"field": "carol"}), 1);
    assert_eq!(ended(&mut carols, 1).await, ["ok"]);
}

#[tokio::test]
async fn a_tool_without_a_free_place_discloses_nothing_about_objects() {
    let Setup { farm, http, .. } = setup().await;
    let mut alices = JoinSet::new();
    begin(&http, &mut alices, "alice", "plough", &json!({"field": "alice"}), 2);
    until("two bodies", async || farm.running() == 2).await;
    let client = http.connect("alice").await.unwrap();
    let mut answers = Vec::new();
    for field in ["alice", "bob", "nobody"] {
        answers.push(without_call_id(&text(&call(&client, "plough", json!({"field": field})).await.unwrap())));
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "{answers:#?}");
    assert_eq!(farm.loads.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn places_are_freed_after_a_panic_and_a_disconnect() {
    let Setup { farm, audit, http, .. } = setup().await;
    let alice = json!({"field": "alice"});
    let mut tasks = JoinSet::new();
    begin(&http, &mut tasks, "alice", "plough", &alice, 2);
    until("two bodies", async || farm.running() == 2).await;
    farm.panics.store(true, Ordering::SeqCst);
    farm.held.send_replace(false);
    assert_eq!(ended(&mut tasks, 2).await, ["internal"; 2]);

    farm.panics.store(false, Ordering::SeqCst);
    farm.held.send_replace(true);
    begin(&http, &mut tasks, "alice", "plough", &alice, 2);
    until("two more bodies", async || farm.running() == 4).await;
    // At this protocol a connection that is gone cancels its call.
    tasks.shutdown().await;
    let is_cancelled = |record: &AuditRecord| record.decision == Decision::Cancelled;
    until("both to be cancelled", async || audit.records().iter().filter(|record| is_cancelled(record)).count() == 2)
        .await;
    begin(&http, &mut tasks, "alice", "plough", &alice, 2);
    until("two bodies in their places", async || farm.running() == 6).await;
    farm.held.send_replace(false);
    assert_eq!(ended(&mut tasks, 2).await, ["ok"; 2]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bodies_that_block_leave_threads_to_other_callers() {
    let Setup { farm, audit, http, .. } = setup().await;
    let mut alices = JoinSet::new();
    begin(&http, &mut alices, "alice", "saw", &json!({}), 4);
    assert_eq!(ended(&mut alices, 4).await, ["timeout", "timeout", "unavailable", "unavailable"]);
    until("both bodies, which run on after their timeout", async || farm.running() == 2).await;
    let _ = audit.take();
    begin(&http, &mut alices, "alice", "mill", &json!({}), 1);
    assert_eq!(ended(&mut alices, 1).await, ["unavailable"], "the share is one for all tools");
    assert_eq!(rules(&audit), [(Stage::Limits, "threads_of_caller")]);

    let mut bobs = JoinSet::new();
    begin(&http, &mut bobs, "bob", "mill", &json!({}), 2);
    assert_eq!(ended(&mut bobs, 2).await, ["timeout"; 2], "they ran");
    until("all four bodies", async || farm.running() == 4).await;
    begin(&http, &mut bobs, "carol", "saw", &json!({}), 1);
    assert_eq!(ended(&mut bobs, 1).await, ["unavailable"], "all threads are taken");

    farm.panics.store(true, Ordering::SeqCst);
    farm.held.send_replace(false);
    until("the bodies to end", async || farm.running() == 0).await;
    farm.panics.store(false, Ordering::SeqCst);
    let client = http.connect("alice").await.unwrap();
    for _ in 0..4 {
        until("a thread", async || code(&call(&client, "mill", json!({})).await.unwrap()) == "ok").await;
    }
}

#[tokio::test]
async fn nothing_is_held_while_a_person_is_asked() {
    let Setup { farm, http, .. } = setup().await;
    let sleeper = Person::who(Says::Nothing);
    let alice = http.connect_legacy_as("alice", sleeper.clone()).await.unwrap();
    let waiting = tokio::spawn(async move { call(&alice, "burn", json!({"field": "alice"})).await });
    until("the question", async || sleeper.asked().len() == 1).await;
    for client in [
        http.connect_legacy_as("bob", Person::who(Says::Yes)).await.unwrap(),
        http.connect_as("bob", Person::who(Says::Yes)).await.unwrap(),
    ] {
        assert_eq!(code(&call(&client, "burn", json!({"field": "bob"})).await.unwrap()), "ok", "its concurrency is 1");
    }
    assert_eq!(farm.ran.load(Ordering::SeqCst), 2);
    waiting.abort();
}

#[tokio::test]
async fn one_caller_leaves_room_for_the_questions_of_another() {
    const SHARE: usize = 128;
    let Setup { farm, audit, server, http } = setup().await;
    let ask = |who: &'static str| {
        let server = server.clone();
        async move {
            let arguments = json!({"field": who}).as_object().cloned().unwrap();
            server
                .call_asking(&Arc::new(caller(who)), "burn", arguments, async |_| std::future::pending::<bool>().await)
                .await
        }
    };
    let mut waiting = JoinSet::new();
    for _ in 0..SHARE {
        waiting.spawn(ask("alice"));
    }
    until("all to be asked", async || farm.loads.load(Ordering::SeqCst) == SHARE).await;
    let alice = http.connect_legacy_as("alice", Person::who(Says::Yes)).await.unwrap();
    assert_eq!(code(&call(&alice, "burn", json!({"field": "alice"})).await.unwrap()), "unavailable");
    assert_eq!(rules(&audit), [(Stage::Confirmation, "waiting_of_caller")]);
    let bob = http.connect_legacy_as("bob", Person::who(Says::Yes)).await.unwrap();
    assert_eq!(code(&call(&bob, "burn", json!({"field": "bob"})).await.unwrap()), "ok");
    waiting.shutdown().await;
    assert_eq!(code(&call(&alice, "burn", json!({"field": "alice"})).await.unwrap()), "ok");
}

#[tokio::test]
async fn callers_without_a_credential_are_distinguished_by_their_address() {
    let Setup { farm, audit, http, .. } = setup().await;
    let body = message("look", &json!({}));
    let request = format!(
        "POST /mcp HTTP/1.1\r\nHost: {}\r\nAccept: application/json, text/event-stream\r\nContent-Type: application/json\r\n\
         MCP-Protocol-Version: 2025-11-25\r\nContent-Length: {}\r\n\r\n{body}",
        http.address,
        body.len()
    );
    let open = async |last: u8| Raw::open_from([127, 0, 0, last], http.address).await.unwrap();
    let code = |answer: Option<secure_tool_tests::raw::Answer>| {
        let answer = answer.unwrap().json();
        answer.pointer("/result/_meta/secure-tool~1refusal/code").and_then(Value::as_str).unwrap_or("ok").to_owned()
    };
    let mut first = open(2).await;
    first.send(&request).await;
    until("the first to look", async || farm.running() == 1).await;
    assert_eq!(code(open(2).await.ask(&request).await), "unavailable", "it has its share of two places");
    assert_eq!(code(open(2).await.ask(&request).await), "rate_limited", "it has called twice");
    let mut second = open(3).await;
    second.send(&request).await;
    until("another to look", async || farm.running() == 2).await;
    assert_eq!(rules(&audit), [(Stage::Rate, "rate"), (Stage::Limits, "concurrency_of_caller")]);
    farm.held.send_replace(false);
    assert_eq!((code(first.answer().await), code(second.answer().await)), ("ok".into(), "ok".into()));
}

#[tokio::test]
async fn the_share_is_half_unless_the_tool_says_otherwise() {
    let Setup { server, .. } = setup().await;
    let shares: Vec<_> =
        server.policy().tools.iter().map(|tool| (tool.name, tool.concurrency, tool.concurrency_per_caller)).collect();
    assert_eq!(shares, [("burn", 1, 1), ("look", 2, 1), ("mill", 256, 128), ("plough", 4, 2), ("saw", 256, 128)]);
}
