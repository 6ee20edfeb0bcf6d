//! A circuit breaker: after several failed bodies in a row, no further body starts until a probe has succeeded.
//!
//! Tests in which time matters pause the clock of tokio, so that no test waits.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, SystemTime},
};

use secure_tool::{
    AuditRecord, MemorySink, Stage,
    http::HttpOptions,
    prelude::*,
    store::{MemoryStore, WhenDown},
};
use secure_tool_testkit::{until, within};
use secure_tool_tests::clients::{HttpServer, Names, call_inside, code, text};
use secure_tool_tests::revisions::{REVISIONS, request};
use serde_json::{Value, json};
use tokio::sync::Notify;

const COOLDOWN: Duration = Duration::from_secs(30);

/// What a body does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Does {
    #[default]
    Works,
    IsDown,
    Fails,
    Panics,
    Refuses,
    SaysTooMuch,
    Waits,
}

/// Something else that the tools ask, and that is down at times.
#[derive(Default)]
struct Backend {
    does: Mutex<Does>,
    /// How many bodies have begun.
    began: AtomicUsize,
    go_on: Notify,
}

struct Job(u32);

impl Resource for Job {
    type Key = u32;
    fn owner(&self) -> Owner {
        Owner::subject("alice")
    }
}

impl Load<Job> for Backend {
    async fn load(&self, key: &u32) -> Result<Option<Job>, ToolError> {
        Ok((*key == 1).then_some(Job(*key)))
    }
}

impl Backend {
    fn set(&self, does: Does) {
        *self.does.lock().unwrap() = does;
    }

    fn began(&self) -> usize {
        self.began.load(Ordering::SeqCst)
    }

    fn begin(&self) -> Result<String, ToolError> {
        self.began.fetch_add(1, Ordering::SeqCst);
        let does = *self.does.lock().unwrap();
        match does {
            Does::Works | Does::Waits => Ok("done".into()),
            Does::IsDown => Err(ToolError::unavailable(Duration::from_secs(1))),
            Does::Fails => Err(ToolError::internal("a secret reason")),
            Does::Panics => panic!("told to panic"),
            Does::Refuses => Err(ToolError::conflict("not in this state")),
            Does::SaysTooMuch => Ok("x".repeat(5000)),
        }
    }

    /// Ask the backend about a job.
    #[secure_tool(
        scope = "ask", owner = job, rate = 1000/minute, timeout = 50s, max_output = 1KiB, breaker(failures = 3, cooldown = 30s), read_only
    )]
    async fn ask(
        &self,
        /// Which.
        job: Owned<Job>,
    ) -> Result<String, ToolError> {
        assert_eq!(job.0, 1);
        let answer = self.begin()?;
        if *self.does.lock().unwrap() == Does::Waits {
            self.go_on.notified().await;
            return self.end();
        }
        Ok(answer)
    }

    /// What it says after it has waited.
    fn end(&self) -> Result<String, ToolError> {
        match *self.does.lock().unwrap() {
            Does::Works | Does::Waits => Ok("done".into()),
            _ => Err(ToolError::unavailable(Duration::from_secs(1))),
        }
    }

    /// Change something in the backend.
    #[secure_tool(
        scope = "ask", owner = unowned("the backend is nobody's"), rate = 1000/minute, timeout = 1m, breaker(failures = 2, cooldown = 30s),
        destructive, confirm = "Change it?"
    )]
    async fn change(&self) -> Result<String, ToolError> {
        let answer = self.begin()?;
        if *self.does.lock().unwrap() == Does::Waits {
            self.go_on.notified().await;
        }
        Ok(answer)
    }

    /// Ask in a way that blocks.
    #[secure_tool(
        scope = "ask", owner = unowned("the backend is nobody's"), rate = 1000/minute, timeout = 200ms, breaker(failures = 1, cooldown = 1s),
        read_only
    )]
    fn ask_blocking(&self) -> Result<String, ToolError> {
        self.begin()?;
        while *self.does.lock().unwrap() == Does::Waits {
            std::thread::sleep(Duration::from_millis(5));
        }
        self.end()
    }

    /// Ask without a breaker.
    #[secure_tool(scope = "ask", owner = unowned("the backend is nobody's"), rate = 1000/minute, read_only)]
    async fn ask_anyway(&self) -> Result<String, ToolError> {
        self.begin()
    }
}

fn alice() -> Caller {
    Caller::local("alice").with_scopes(["ask"])
}

struct House {
    backend: Arc<Backend>,
    audit: Arc<MemorySink>,
    server: SecureServer<Backend>,
}

impl House {
    fn new() -> Self {
        let (backend, audit) = (Arc::new(Backend::default()), Arc::new(MemorySink::new(10_000)));
        let server = SecureServer::builder_shared(Arc::clone(&backend))
            .rate_cells(1 << 10)
            .allow_writes()
            .refusals_recorded(u32::MAX)
            .confirmation_timeout(Duration::from_secs(600))
            .tool(Backend::ask())
            .tool(Backend::change())
            .tool(Backend::ask_blocking())
            .tool(Backend::ask_anyway())
            .audit(Arc::clone(&audit))
            .build()
            .unwrap();
        Self { backend, audit, server }
    }

    async fn call(&self, tool: &str, arguments: Value) -> String {
        code(&call_inside(&self.server, &alice(), tool, arguments).await)
    }

    async fn ask(&self) -> String {
        self.call("ask", json!({"job": 1})).await
    }

    /// The same while the backend does this.
    async fn ask_while(&self, does: Does) -> String {
        self.backend.set(does);
        self.ask().await
    }

    /// Asks in another task.
    async fn begin_to_ask(&self) -> tokio::task::JoinHandle<String> {
        let (server, began) = (self.server.clone(), self.backend.began());
        let asked =
            tokio::spawn(async move { code(&server.call(&Arc::new(alice()), "ask", object(json!({"job": 1}))).await) });
        while self.backend.began() == began {
            tokio::task::yield_now().await;
        }
        asked
    }

    /// Fails as often as it takes to open the breaker of `ask`.
    async fn open(&self) {
        for _ in 0..3 {
            assert_eq!(self.ask_while(Does::IsDown).await, "unavailable");
        }
        assert!(self.is_open().await);
        self.backend.set(Does::Works);
    }

    /// Whether a call is refused without a body.
    async fn is_open(&self) -> bool {
        let began = self.backend.began();
        let refused = self.ask().await == "unavailable" && self.last().rule == "breaker";
        assert_eq!(self.backend.began() == began, refused);
        refused
    }

    fn last(&self) -> AuditRecord {
        self.audit.records().pop().unwrap()
    }
}

fn object(value: Value) -> serde_json::Map<String, Value> {
    if let Value::Object(object) = value { object } else { serde_json::Map::new() }
}

async fn cool_down() {
    tokio::time::advance(COOLDOWN).await;
}

#[tokio::test(start_paused = true)]
async fn failures_in_a_row_open_it_whatever_their_kind_and_a_success_closes_it() {
    let house = House::new();
    for does in [Does::IsDown, Does::Fails, Does::Panics] {
        assert_ne!(house.ask_while(does).await, "ok", "{does:?}");
    }
    house.backend.set(Does::Works);
    let refused = call_inside(&house.server, &alice(), "ask", json!({"job": 1})).await;
    assert_eq!(code(&refused), "unavailable");
    assert!(text(&refused).contains("Try again in 30 s."), "{}", text(&refused));
    assert_eq!((house.last().stage, house.last().rule), (Stage::Limits, "breaker"));
    assert_eq!(house.backend.began(), 3);
    assert_eq!(house.call("ask_anyway", json!({})).await, "ok", "it is this tool's alone");
    tokio::time::advance(COOLDOWN / 3).await;
    let refused = call_inside(&house.server, &alice(), "ask", json!({"job": 1})).await;
    assert!(text(&refused).contains("Try again in 20 s."), "{}", text(&refused));
    cool_down().await;
    assert_eq!(house.ask().await, "ok");
    // From the beginning: two failures are not three.
    for does in [Does::Fails, Does::Fails, Does::Works, Does::Fails, Does::Fails] {
        assert_eq!(house.ask_while(does).await == "ok", does == Does::Works);
    }
    house.backend.set(Does::Works);
    assert!(!house.is_open().await);
}

#[tokio::test(start_paused = true)]
async fn a_probe_that_fails_opens_it_again() {
    let house = House::new();
    house.open().await;
    for _ in 0..3 {
        cool_down().await;
        let began = house.backend.began();
        assert_eq!(house.ask_while(Does::IsDown).await, "unavailable");
        assert_eq!((house.backend.began(), house.last().rule), (began + 1, "error"));
        assert!(house.is_open().await);
    }
}

#[tokio::test(start_paused = true)]
async fn one_probe_is_let_through_and_everybody_else_waits_for_it() {
    let house = House::new();
    house.open().await;
    cool_down().await;
    house.backend.set(Does::Waits);
    let began = house.backend.began();
    let probe = house.begin_to_ask().await;
    for _ in 0..10 {
        assert!(house.is_open().await);
    }
    let refused = call_inside(&house.server, &alice(), "ask", json!({"job": 1})).await;
    assert!(text(&refused).contains("Try again in 1 s."), "{}", text(&refused));
    assert_eq!(house.backend.began(), began + 1);
    house.backend.set(Does::Works);
    house.backend.go_on.notify_one();
    assert_eq!(within("the probe", probe).await.unwrap(), "ok");
    assert!(!house.is_open().await);
}

#[tokio::test(start_paused = true)]
async fn mistakes_of_a_caller_do_not_open_it() {
    let house = House::new();
    for _ in 0..5 {
        assert_eq!(house.ask_while(Does::Refuses).await, "conflict");
        assert_eq!(house.ask_while(Does::SaysTooMuch).await, "output_too_large");
        assert_eq!(house.call("ask", json!({"job": 2})).await, "not_found");
        assert_eq!(house.call("ask", json!({"job": "x"})).await, "invalid_arguments");
        assert_eq!(house.call("ask", json!({})).await, "invalid_arguments");
    }
    house.backend.set(Does::Works);
    assert!(!house.is_open().await);
    // And a failure before and after is not in a row with them.
    for does in [Does::Fails, Does::Fails, Does::Refuses, Does::Fails, Does::Fails] {
        house.ask_while(does).await;
    }
    house.backend.set(Does::Works);
    assert!(!house.is_open().await);
}

#[tokio::test(start_paused = true)]
async fn an_abandoned_call_does_not_count_and_gives_the_place_of_the_probe_back() {
    let house = House::new();
    house.backend.set(Does::Waits);
    for _ in 0..5 {
        let gone = house.begin_to_ask().await;
        gone.abort();
        let _ = gone.await;
    }
    house.backend.set(Does::Works);
    assert!(!house.is_open().await);
    house.open().await;
    cool_down().await;
    for _ in 0..3 {
        house.backend.set(Does::Waits);
        let gone = house.begin_to_ask().await;
        assert!(house.is_open().await, "it is the probe");
        gone.abort();
        let _ = gone.await;
    }
    // A caller that is revoked meanwhile is no failure either.
    let probe = house.begin_to_ask().await;
    let until = SystemTime::now() + Duration::from_secs(600);
    house.server.revocations().revoke_subject(None, "alice", until).unwrap();
    assert_eq!(within("the revoked probe", probe).await.unwrap(), "unauthenticated");
    house.server.revocations().reinstate_subject(None, "alice");
    house.backend.set(Does::Works);
    assert!(!house.is_open().await);
}

#[tokio::test(start_paused = true)]
async fn a_probe_that_is_refused_before_its_body_takes_no_place() {
    let house = House::new();
    house.open().await;
    cool_down().await;
    for (arguments, refused) in [(json!({"job": 2}), "not_found"), (json!({}), "invalid_arguments")] {
        assert_eq!(house.call("ask", arguments).await, refused);
    }
    assert_eq!(house.ask().await, "ok");
}

#[tokio::test(start_paused = true)]
async fn a_body_that_takes_too_long_has_failed() {
    let house = House::new();
    for _ in 0..3 {
        assert_eq!(house.ask_while(Does::Waits).await, "timeout");
    }
    assert!(house.is_open().await);
    cool_down().await;
    assert_eq!(house.ask().await, "timeout", "and so has a probe");
    assert!(house.is_open().await);
}

/// Calls `change`; `answer` is what the person says, after a while.
async fn change<F: Future<Output = bool> + Send>(
    server: &SecureServer<Backend>,
    answer: impl Fn() -> F + Send + Sync,
) -> String {
    let caller = Arc::new(alice());
    code(&server.call_asking(&caller, "change", serde_json::Map::new(), |_| answer()).await)
}

#[tokio::test(start_paused = true)]
async fn nobody_is_asked_while_it_is_open_and_a_question_is_not_a_probe() {
    let house = House::new();
    let yes = || std::future::ready(true);
    for does in [Does::Fails, Does::Waits] {
        house.backend.set(does);
        assert_eq!(change(&house.server, yes).await, if does == Does::Fails { "internal" } else { "outcome_unknown" });
    }
    let asked = AtomicUsize::new(0);
    let counted = || {
        asked.fetch_add(1, Ordering::Relaxed);
        std::future::ready(true)
    };
    house.backend.set(Does::Works);
    assert_eq!((change(&house.server, counted).await.as_str(), asked.load(Ordering::Relaxed)), ("unavailable", 0));
    cool_down().await;
    // While a person thinks about it, another call can try; and who says no takes no place.
    let thinks = || async { change(&house.server, || std::future::ready(false)).await != "declined" };
    assert_eq!(change(&house.server, thinks).await, "declined");
    assert_eq!(change(&house.server, yes).await, "ok");
    assert_eq!(change(&house.server, yes).await, "ok");
}

/// With the real clock: that of tokio cannot be stopped while a body blocks.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_blocking_body_counts_at_its_timeout_or_its_end_whichever_is_first() {
    let house = House::new();
    let ask = async || house.call("ask_blocking", json!({})).await;
    let is_open = async || ask().await == "unavailable" && house.last().rule == "breaker";
    house.backend.set(Does::Waits);
    assert_eq!(ask().await, "timeout");
    assert!(is_open().await, "it has failed, also while its thread still runs");
    // Its end comes too late to say anything else.
    house.backend.set(Does::Works);
    until("the cooldown to be over", async || ask().await == "ok").await;
    // A body that nobody waits for is judged at its end: this one works, and the next one fails.
    for (ends, opens) in [(Does::Works, false), (Does::IsDown, true)] {
        house.backend.set(Does::Waits);
        let (server, began) = (house.server.clone(), house.backend.began());
        let gone = tokio::spawn(async move { call_inside(&server, &alice(), "ask_blocking", json!({})).await });
        until("the body to begin", async || house.backend.began() > began).await;
        gone.abort();
        let _ = gone.await;
        house.backend.set(ends);
        if opens {
            until("the breaker to open", async || {
                house.backend.set(Does::Works);
                let open = is_open().await;
                house.backend.set(ends);
                open
            })
            .await;
        } else {
            assert_eq!(ask().await, "ok");
        }
    }
}

fn callers(name: &str) -> Option<Caller> {
    (name == "alice").then(alice)
}

#[tokio::test]
async fn over_http_a_client_is_told_when_to_come_back() {
    for revision in REVISIONS {
        let house = House::new();
        let http = HttpServer::start_with(&house.server, Names(callers), HttpOptions::default()).await.unwrap();
        let called = async || {
            let params = json!({"name": "ask", "arguments": {"job": 1}});
            let response = request(&http, Some("alice"), revision, "tools/call", &params).send().await.unwrap();
            let answer: Value = response.json().await.unwrap();
            answer["result"]["_meta"]["secure-tool/refusal"].clone()
        };
        assert_eq!(called().await, Value::Null);
        house.backend.set(Does::IsDown);
        for _ in 0..3 {
            assert_eq!(called().await["code"], "unavailable", "{revision}");
        }
        let began = house.backend.began();
        house.backend.set(Does::Works);
        let refused = called().await;
        assert_eq!(refused["code"], "unavailable", "{revision}");
        let wait = refused["retry_after"].as_u64().or_else(|| refused["retry_after_seconds"].as_u64());
        assert!(wait.is_some_and(|wait| (1..=30).contains(&wait)), "{refused}");
        assert_eq!(house.backend.began(), began);
    }
}

#[tokio::test]
async fn each_node_counts_by_itself() {
    let (backend, store) = (Arc::new(Backend::default()), MemoryStore::new().unwrap());
    let node = || {
        let keys = secure_tool::KeyRing::new(&(0..32).collect::<Vec<u8>>()).unwrap();
        let builder = SecureServer::builder_shared(Arc::clone(&backend)).rate_cells(1 << 10).tool(Backend::ask());
        builder
            .audit(Arc::new(MemorySink::new(100)))
            .keys(keys)
            .shared(store.clone(), WhenDown::Refuse)
            .build()
            .unwrap()
    };
    let (here, there) = (node(), node());
    let ask = async |server| code(&call_inside(server, &alice(), "ask", json!({"job": 1})).await);
    backend.set(Does::IsDown);
    for _ in 0..3 {
        assert_eq!(ask(&here).await, "unavailable");
    }
    backend.set(Does::Works);
    assert_eq!(ask(&here).await, "unavailable");
    assert_eq!(ask(&there).await, "ok");
}

#[test]
fn the_manifest_lists_it() {
    let house = House::new();
    let manifest = house.server.policy();
    let json = serde_json::to_value(manifest).unwrap();
    let of = |name: &str| {
        let tools = json["tools"].as_array().unwrap();
        tools.iter().find(|tool| tool["name"] == name).unwrap()["breaker"].clone()
    };
    assert_eq!(of("ask"), json!({"failures": 3, "cooldown_ms": 30_000}));
    assert_eq!(of("ask_anyway"), Value::Null);
    let shown = manifest.to_string();
    assert!(shown.contains("ask: refuses calls for 30s after 3 failures in a row\n"), "{shown}");
}
