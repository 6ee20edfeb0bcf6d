//! A call that may write leaves an intent and an outcome, even if its client has left, and its caller is told the truth.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant, SystemTime},
};

use secure_tool::{
    Answered, AuditError, AuditFailure, AuditRecord, AuditSink, BodyState, Code, Decision, MemorySink, Phase,
    Revocations, SecureServer, Stage, http::HttpOptions, prelude::*,
};
use secure_tool_testkit::{LIMIT, until, within};
use secure_tool_tests::{
    alice,
    clients::{self, ALICE, HttpServer, call_inside, code, connect_by_pipe, text},
    ends,
};
use serde_json::{Value, json};

/// The most bytes of a short answer.
const SHORT: usize = 64;

#[derive(Default)]
struct Bank {
    began: AtomicUsize,
    /// How many blocking bodies have learnt that nobody waits for them.
    abandoned: AtomicUsize,
    paid: AtomicUsize,
    closed: AtomicBool,
    revocations: Revocations,
}

/// Panics when it is dropped.
struct Breaks;

impl Drop for Breaks {
    fn drop(&mut self) {
        panic!("a secret");
    }
}

impl Bank {
    fn began(&self) -> usize {
        self.began.load(Ordering::SeqCst)
    }

    fn paid(&self) -> usize {
        self.paid.load(Ordering::SeqCst)
    }

    /// Waits until the bank opens, whether or not anybody waits for it.
    fn wait(&self, call: &Call) {
        let begun = Instant::now();
        self.began.fetch_add(1, Ordering::SeqCst);
        let mut told = false;
        while self.closed.load(Ordering::SeqCst) && begun.elapsed() < LIMIT {
            if call.is_abandoned() && !std::mem::replace(&mut told, true) {
                self.abandoned.fetch_add(1, Ordering::SeqCst);
            }
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// Pay.
    #[secure_tool(scope = "desk:test", owner = unowned("a test's money"), rate = 1000000/minute, timeout = 5m, concurrency = 64)]
    fn pay(&self, call: &Call) -> &'static str {
        self.wait(call);
        self.paid.fetch_add(1, Ordering::SeqCst);
        "paid"
    }

    /// Pay soon.
    #[secure_tool(scope = "desk:test", owner = unowned("a test's money"), rate = 1000000/minute, timeout = 200ms)]
    fn pay_soon(&self, call: &Call) -> &'static str {
        self.wait(call);
        self.paid.fetch_add(1, Ordering::SeqCst);
        "paid"
    }

    /// Pay by wire, which takes for ever.
    #[secure_tool(scope = "desk:test", owner = unowned("a test's money"), rate = 1000000/minute, timeout = 5m)]
    async fn wire(&self) -> &'static str {
        self.began.fetch_add(1, Ordering::SeqCst);
        std::future::pending().await
    }

    /// The same, but not for long.
    #[secure_tool(scope = "desk:test", owner = unowned("a test's money"), rate = 1000000/minute, timeout = 200ms)]
    async fn wire_soon(&self) -> &'static str {
        self.began.fetch_add(1, Ordering::SeqCst);
        std::future::pending().await
    }

    /// Pay by wire, and break something when it is too late.
    #[secure_tool(scope = "desk:test", owner = unowned("a test's money"), rate = 1000000/minute, timeout = 200ms)]
    async fn wire_clumsily(&self) -> &'static str {
        let _breaks = Breaks;
        std::future::pending().await
    }

    /// Look for ever, and break something.
    #[secure_tool(scope = "desk:test", owner = unowned("a test's money"), rate = 1000000/minute, read_only, timeout = 200ms)]
    async fn look_clumsily(&self) -> &'static str {
        let _breaks = Breaks;
        std::future::pending().await
    }

    /// Pay, and panic.
    #[secure_tool(scope = "desk:test", owner = unowned("a test's money"), rate = 1000000/minute)]
    fn stumble(&self) {
        self.paid.fetch_add(1, Ordering::SeqCst);
        panic!("a secret");
    }

    /// The same, where it may not block.
    #[secure_tool(scope = "desk:test", owner = unowned("a test's money"), rate = 1000000/minute)]
    async fn trip(&self) {
        self.paid.fetch_add(1, Ordering::SeqCst);
        tokio::task::yield_now().await;
        panic!("a secret");
    }

    /// Pay, and say too much of it.
    #[secure_tool(scope = "desk:test", owner = unowned("a test's money"), rate = 1000000/minute, max_output = SHORT)]
    async fn boast(&self) -> String {
        self.paid.fetch_add(1, Ordering::SeqCst);
        "paid ".repeat(1000)
    }

    /// Do not pay.
    #[secure_tool(scope = "desk:test", owner = unowned("a test's money"), rate = 1000000/minute, max_output = SHORT)]
    async fn decline(
        &self,
        /// What to say.
        #[arg(max_len = 1000)]
        why: String,
    ) -> Result<(), ToolError> {
        Err(ToolError::conflict(why))
    }

    /// Come back much later.
    #[secure_tool(scope = "desk:test", owner = unowned("a test's money"), rate = 1000000/minute, read_only)]
    async fn come_back(&self) -> Result<(), ToolError> {
        Err(ToolError::unavailable(Duration::MAX))
    }

    /// Pay, and be dismissed for it.
    #[secure_tool(scope = "desk:test", owner = unowned("a test's money"), rate = 1000000/minute)]
    async fn resign(&self) -> Result<(), ToolError> {
        self.paid.fetch_add(1, Ordering::SeqCst);
        self.revocations.revoke_subject(None, "alice", later())?;
        Ok(())
    }

    /// Look for ever.
    #[secure_tool(scope = "desk:test", owner = unowned("a test's money"), rate = 1000000/minute, read_only, timeout = 5m)]
    async fn look(&self) -> &'static str {
        self.began.fetch_add(1, Ordering::SeqCst);
        std::future::pending().await
    }

    /// Pay, and fail at what comes after it.
    #[secure_tool(scope = "desk:test", owner = unowned("a test's money"), rate = 1000000/minute)]
    async fn half(&self) -> Result<(), ToolError> {
        self.paid.fetch_add(1, Ordering::SeqCst);
        Err(ToolError::internal("a secret"))
    }

    /// Fail to look.
    #[secure_tool(scope = "desk:test", owner = unowned("a test's money"), rate = 1000000/minute, read_only)]
    async fn blind(&self) -> Result<(), ToolError> {
        Err(ToolError::internal("a secret"))
    }

    /// Say how much is there.
    #[secure_tool(scope = "desk:test", owner = unowned("a test's money"), rate = 1000000/minute, read_only)]
    async fn balance(&self) -> Json<usize> {
        Json(self.paid())
    }

    /// Count the money, slowly.
    #[secure_tool(scope = "desk:test", owner = unowned("a test's money"), rate = 1000000/minute, read_only, timeout = 200ms)]
    fn count(&self, call: &Call) -> &'static str {
        self.wait(call);
        "enough"
    }
}

/// A log that refuses records of some phases.
struct Log {
    refuses: fn(Phase) -> bool,
    broken: AtomicBool,
    kept: MemorySink,
}

impl Log {
    fn new(refuses: fn(Phase) -> bool) -> Arc<Self> {
        Arc::new(Self { refuses, broken: AtomicBool::new(false), kept: MemorySink::new(1000) })
    }

    fn breaks(&self, broken: bool) {
        self.broken.store(broken, Ordering::SeqCst);
    }
}

impl AuditSink for Log {
    fn record(&self, record: AuditRecord) -> Result<(), AuditError> {
        if self.broken.load(Ordering::SeqCst) && (self.refuses)(record.phase) {
            return Err(AuditError::new("the disk is full"));
        }
        self.kept.record(record)
    }
}

fn server(bank: &Arc<Bank>, audit: impl AuditSink, failure: AuditFailure) -> SecureServer<Bank> {
    SecureServer::builder_shared(Arc::clone(bank))
        .rate_cells(1 << 10)
        .tool(Bank::pay())
        .tool(Bank::pay_soon())
        .tool(Bank::wire())
        .tool(Bank::wire_soon())
        .tool(Bank::wire_clumsily())
        .tool(Bank::look_clumsily())
        .tool(Bank::stumble())
        .tool(Bank::trip())
        .tool(Bank::boast())
        .tool(Bank::decline())
        .tool(Bank::come_back())
        .tool(Bank::resign())
        .tool(Bank::look())
        .tool(Bank::half())
        .tool(Bank::blind())
        .tool(Bank::balance())
        .tool(Bank::count())
        .allow_writes()
        .revocations(bank.revocations.clone())
        .audit(audit)
        .on_audit_failure(failure)
        .build()
        .unwrap()
}

struct Setup {
    bank: Arc<Bank>,
    audit: Arc<MemorySink>,
    server: SecureServer<Bank>,
    http: HttpServer,
}

async fn setup() -> Setup {
    let (bank, audit) = (Arc::new(Bank::default()), Arc::new(MemorySink::new(1000)));
    let server = server(&bank, Arc::clone(&audit), AuditFailure::Refuse);
    let http = HttpServer::start(&server, HttpOptions::default()).await.unwrap();
    Setup { bank, audit, server, http }
}

fn later() -> SystemTime {
    SystemTime::now() + Duration::from_secs(3600)
}

/// What a record says of how far it got.
fn said(record: &AuditRecord) -> (Phase, Decision, BodyState, Option<Answered>) {
    (record.phase, record.decision, record.body, record.answered)
}

/// The one call's intent and outcome.
fn both(audit: &MemorySink) -> [AuditRecord; 2] {
    let [intent, outcome] = audit.take().try_into().unwrap();
    assert_eq!(said(&intent), (Phase::Intent, Decision::Admitted, BodyState::NotStarted, None));
    assert_eq!((intent.call_id, outcome.phase), (outcome.call_id, Phase::Outcome));
    assert_eq!((intent.stage, intent.rule, intent.code), (Stage::Body, "admitted", None));
    [intent, outcome]
}

/// A text that makes nobody try again.
fn assert_warns(result: &rmcp::model::CallToolResult) {
    assert_eq!(code(result), "outcome_unknown");
    let json = serde_json::to_string(result).unwrap();
    assert!(!json.contains("retry_after") && !json.to_lowercase().contains("try again"), "{json}");
    assert!(text(result).contains("may have been carried out. Do not repeat the call."), "{json}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn payments_whose_clients_have_left_are_recorded_with_their_actual_outcome() {
    let Setup { bank, audit, server, http } = setup().await;
    bank.closed.store(true, Ordering::SeqCst);
    // Two over HTTP, one by a pipe, one from within the process.
    let posted = ["pay", "pay"].map(|tool| tokio::spawn(http.post_modern(Some(ALICE), tool, tool, &json!({})).send()));
    let client = connect_by_pipe(&server, alice(), ()).await.unwrap();
    let piped = tokio::spawn(async move { clients::call(&client, "pay", json!({})).await });
    let inside = tokio::spawn({
        let server = server.clone();
        async move { call_inside(&server, &alice(), "pay", json!({})).await }
    });
    until("four bodies to begin", async || bank.began() == 4).await;
    let intents = audit.records();
    assert!(intents.len() == 4 && intents.iter().all(|record| record.phase == Phase::Intent), "{intents:#?}");
    posted.iter().for_each(tokio::task::JoinHandle::abort);
    piped.abort();
    inside.abort();
    until("all four to learn of it", async || bank.abandoned.load(Ordering::SeqCst) == 4).await;
    assert_eq!((audit.records().len(), bank.paid()), (4, 0), "nothing has ended, and nothing says so");
    bank.closed.store(false, Ordering::SeqCst);
    until("four outcomes", async || audit.records().len() == 8).await;
    assert_eq!(bank.paid(), 4);
    for outcome in ends(audit.take()) {
        assert_eq!(
            said(&outcome),
            (Phase::Outcome, Decision::Allowed, BodyState::Ended, Some(Answered::Cancelled)),
            "{outcome:#?}"
        );
        assert_eq!((outcome.code, outcome.output_bytes), (None, 0), "its answer did not leave");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_timeout_of_a_write_is_answered_with_outcome_unknown() {
    let Setup { bank, audit, http, .. } = setup().await;
    bank.closed.store(true, Ordering::SeqCst);
    for client in [http.connect(ALICE).await.unwrap(), http.connect_legacy(ALICE).await.unwrap()] {
        let paid = bank.paid();
        assert_warns(&clients::call(&client, "pay_soon", json!({})).await.unwrap());
        assert_eq!(audit.records().len(), 1, "an intent, as the body runs on");
        bank.closed.store(false, Ordering::SeqCst);
        until("the outcome", async || audit.records().len() == 2).await;
        let [_, outcome] = both(&audit);
        assert_eq!(
            said(&outcome),
            (Phase::Outcome, Decision::Allowed, BodyState::Ended, Some(Answered::Timeout)),
            "{outcome:#?}"
        );
        assert!(outcome.duration >= Duration::from_millis(200));
        assert_eq!(bank.paid(), paid + 1);
        bank.closed.store(true, Ordering::SeqCst);

        // An async body is dropped, and nothing follows.
        assert_warns(&clients::call(&client, "wire_soon", json!({})).await.unwrap());
        let [_, outcome] = both(&audit);
        assert_eq!(
            said(&outcome),
            (Phase::Outcome, Decision::Failed, BodyState::Dropped, Some(Answered::Timeout)),
            "{outcome:#?}"
        );
        assert_eq!((outcome.stage, outcome.code), (Stage::Limits, Some(Code::OutcomeUnknown)));

        // What only reads is what it was.
        let counted = clients::call(&client, "count", json!({})).await.unwrap();
        assert_eq!((code(&counted), text(&counted).contains("did not answer in time")), ("timeout".into(), true));
        let [record] = audit.take().try_into().unwrap();
        assert_eq!(said(&record), (Phase::Call, Decision::Failed, BodyState::Running, None));
    }
    bank.closed.store(false, Ordering::SeqCst);
}

#[tokio::test]
async fn the_record_of_a_dropped_transfer_says_how_far_it_got() {
    let Setup { bank, audit, server, http } = setup().await;
    let posted = tokio::spawn(http.post_modern(Some(ALICE), "wire", "wire", &json!({})).send());
    until("the body to begin", async || bank.began() == 1).await;
    posted.abort();
    until("the outcome", async || audit.records().len() == 2).await;
    let [_, outcome] = both(&audit);
    assert_eq!(said(&outcome), (Phase::Outcome, Decision::Cancelled, BodyState::Dropped, Some(Answered::Cancelled)));
    assert_eq!((outcome.rule, outcome.code), ("dropped", Some(Code::Cancelled)));

    // A caller who is revoked meanwhile has not necessarily done nothing.
    let client = connect_by_pipe(&server, alice(), ()).await.unwrap();
    let waits = tokio::spawn(async move { clients::call(&client, "wire", json!({})).await });
    until("the body to begin", async || bank.began() == 2).await;
    server.revocations().revoke_subject(None, "alice", later()).unwrap();
    assert_warns(&within("the answer", waits).await.unwrap().unwrap());
    let [_, outcome] = both(&audit);
    assert_eq!(said(&outcome), (Phase::Outcome, Decision::Revoked, BodyState::Dropped, Some(Answered::Revoked)));
    let refused = call_inside(&server, &alice(), "wire", json!({})).await;
    assert_eq!((code(&refused), bank.began()), ("unauthenticated".into(), 2));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_caller_revoked_during_a_write_gets_outcome_unknown_with_the_401() {
    for (tool, code) in [
        ("wire", "outcome_unknown"),
        ("pay", "outcome_unknown"),
        ("resign", "outcome_unknown"),
        ("look", "unauthenticated"),
    ] {
        for modern in [true, false] {
            let Setup { bank, audit, http, .. } = setup().await;
            bank.closed.store(true, Ordering::SeqCst);
            let request = if modern {
                http.post_modern(Some(ALICE), tool, tool, &json!({}))
            } else {
                http.post(Some(ALICE), clients::message(tool, &json!({})))
            };
            let posted = tokio::spawn(request.send());
            if tool != "resign" {
                until("the body to begin", async || bank.began() == 1).await;
                bank.revocations.revoke_subject(None, "alice", later()).unwrap();
            }
            let response = within("the response", posted).await.unwrap().unwrap();
            let challenge = response.headers()["www-authenticate"].to_str().unwrap().to_owned();
            assert_eq!((response.status().as_u16(), &*challenge), (401, "Bearer error=\"invalid_token\""));
            bank.closed.store(false, Ordering::SeqCst);
            let body: Value = within("the body", response.json()).await.unwrap();
            assert_eq!(body["error"]["data"]["code"], code, "{tool}");
            let tells = body["error"]["message"].as_str().unwrap().contains("Do not repeat the call.");
            let id = audit.records()[0].call_id.to_string();
            let expected = if tool == "look" { (Value::Null, Value::Null) } else { (json!(1), json!(id)) };
            assert_eq!((&body["id"], &body["error"]["data"]["call_id"]), (&expected.0, &expected.1), "{tool}");
            assert_eq!(tells, tool != "look");
        }
    }
}

#[tokio::test]
async fn a_masked_error_does_not_deny_the_effect() {
    let Setup { bank, http, .. } = setup().await;
    let client = http.connect(ALICE).await.unwrap();
    for (tool, warns) in [("half", true), ("blind", false)] {
        let result = clients::call(&client, tool, json!({})).await.unwrap();
        assert_eq!(code(&result), "internal");
        assert_eq!(text(&result).contains("Do not repeat the call: check what it changed."), warns, "{tool}");
        assert_eq!(text(&result).contains("Retrying is unlikely to help."), !warns, "{tool}");
        assert!(!serde_json::to_string(&result).unwrap().contains("a secret"));
    }
    assert_eq!(bank.paid(), 1);
}

/// Where the thread of a body is not free in time, the body never starts: the caller may be told that nothing was done.
#[test]
fn a_body_that_did_not_start_in_time_never_starts() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .max_blocking_threads(1)
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let (bank, audit) = (Arc::new(Bank::default()), Arc::new(MemorySink::new(1000)));
        let server = server(&bank, Arc::clone(&audit), AuditFailure::Refuse);
        bank.closed.store(true, Ordering::SeqCst);
        let first = tokio::spawn({
            let server = server.clone();
            async move { call_inside(&server, &alice(), "pay", json!({})).await }
        });
        until("the first body to begin", async || bank.began() == 1).await;
        let second = call_inside(&server, &alice(), "pay_soon", json!({})).await;
        assert_eq!((code(&second), text(&second).contains("Nothing was done.")), ("timeout".into(), true));
        let record = audit.take().pop().unwrap();
        assert_eq!(said(&record), (Phase::Call, Decision::Failed, BodyState::NotStarted, None));
        bank.closed.store(false, Ordering::SeqCst);
        assert_eq!(code(&within("the first", first).await.unwrap()), "ok");
        // The one thread has nothing left to do when it takes this.
        within("the thread", tokio::task::spawn_blocking(|| ())).await.unwrap();
        assert_eq!((bank.began(), bank.paid()), (1, 1));
    });
}

#[tokio::test]
async fn a_panic_or_a_withheld_answer_does_not_deny_the_effect() {
    let Setup { bank, audit, http, .. } = setup().await;
    let client = http.connect(ALICE).await.unwrap();
    for (tool, paid) in [("stumble", 1), ("trip", 2)] {
        let result = clients::call(&client, tool, json!({})).await.unwrap();
        assert_warns(&result);
        assert!(!serde_json::to_string(&result).unwrap().contains("a secret"));
        let [_, outcome] = both(&audit);
        assert_eq!(said(&outcome), (Phase::Outcome, Decision::Failed, BodyState::Panicked, None), "{tool}");
        assert_eq!(outcome.code, Some(Code::OutcomeUnknown));
        assert_eq!(bank.paid(), paid);
    }
    let boasted = clients::call(&client, "boast", json!({})).await.unwrap();
    assert_eq!(code(&boasted), "output_too_large");
    assert!(text(&boasted).contains("The tool has run") && text(&boasted).contains("Do not repeat the call"));
    let [_, outcome] = both(&audit);
    assert_eq!((said(&outcome).2, outcome.stage), (BodyState::Ended, Stage::Release));
}

#[tokio::test]
async fn a_panic_while_a_body_is_dropped_at_its_timeout_is_caught() {
    let Setup { audit, server, http, .. } = setup().await;
    let client = http.connect(ALICE).await.unwrap();
    for _ in 0..2 {
        assert_warns(&clients::call(&client, "wire_clumsily", json!({})).await.unwrap());
        let [_, outcome] = both(&audit);
        assert_eq!(said(&outcome), (Phase::Outcome, Decision::Failed, BodyState::Dropped, Some(Answered::Timeout)));
        let looked = clients::call(&client, "look_clumsily", json!({})).await.unwrap();
        assert_eq!(code(&looked), "timeout");
        let [record] = audit.take().try_into().unwrap();
        assert_eq!(said(&record), (Phase::Call, Decision::Failed, BodyState::Dropped, None));
    }
    // Nor does it reach who drops the whole call.
    let alice = alice();
    let call = call_inside(&server, &alice, "wire_clumsily", json!({}));
    assert!(tokio::time::timeout(Duration::from_millis(50), call).await.is_err());
    let [_, outcome] = both(&audit);
    assert_eq!((outcome.rule, outcome.body), ("dropped", BodyState::Dropped));
}

#[tokio::test]
async fn the_text_of_a_failure_is_limited_by_max_output() {
    let Setup { http, .. } = setup().await;
    let client = http.connect(ALICE).await.unwrap();
    for (why, told) in [("no".to_owned(), "no".to_owned()), ("é".repeat(900), format!("{}…", "é".repeat(30)))] {
        let result = clients::call(&client, "decline", json!({"why": why})).await.unwrap();
        assert!(text(&result).starts_with(&format!("conflict: {told} (call ")), "{}", text(&result));
    }
    let result = clients::call(&client, "decline", json!({"why": 1, "b": 1, "c": 2})).await.unwrap();
    assert_eq!(code(&result), "invalid_arguments");
    let problems = &result.meta.as_ref().unwrap()["secure-tool/refusal"]["problems"];
    assert!(serde_json::to_string(problems).unwrap().len() < 64 + 80, "{problems}");
    let later = clients::call(&client, "come_back", json!({})).await.unwrap();
    assert_eq!(later.meta.unwrap()["secure-tool/refusal"]["retry_after"], json!(365 * 24 * 60 * 60));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sink_that_fails_after_the_body_stops_writes_until_it_works() {
    let bank = Arc::new(Bank::default());
    let log = Log::new(|phase| phase == Phase::Outcome);
    let server = server(&bank, Arc::clone(&log), AuditFailure::Refuse);
    let http = HttpServer::start(&server, HttpOptions::default()).await.unwrap();
    let client = http.connect(ALICE).await.unwrap();
    let pay = async || clients::call(&client, "pay", json!({})).await.unwrap();
    let balance = async || clients::call(&client, "balance", json!({})).await.unwrap().structured_content;
    assert_eq!(code(&pay().await), "ok");

    log.breaks(true);
    assert_warns(&pay().await);
    assert_eq!(bank.paid(), 2, "it was done");
    for _ in 0..2 {
        let refused = pay().await;
        assert_eq!((code(&refused), text(&refused).contains("Try again in 5 s.")), ("unavailable".into(), true));
    }
    assert_eq!(bank.paid(), 2, "nothing was done, so that it may be tried again");
    assert_eq!(balance().await, Some(json!({"result": 2})), "what reads is served");

    log.breaks(false);
    let lacked = || log.kept.records().iter().filter(|record| record.phase == Phase::Outcome).count() == 1;
    assert!(lacked());
    assert_eq!(balance().await, Some(json!({"result": 2})));
    assert!(!lacked(), "what reads is enough for the log to be complete again");
    assert_eq!((code(&pay().await), bank.paid()), ("ok".into(), 3));
    let outcomes: Vec<_> = ends(log.kept.take()).into_iter().filter(|end| end.phase == Phase::Outcome).collect();
    assert_eq!(outcomes.len(), 3, "the one that was owed is in the log");
    assert!(outcomes.iter().all(|outcome| outcome.decision == Decision::Allowed));
}

#[tokio::test]
async fn without_an_intent_nothing_runs_unless_the_server_allows_it() {
    for (failure, pays, reads) in [
        (AuditFailure::Refuse, "unavailable", "unavailable"),
        (AuditFailure::RefuseWrites, "unavailable", "ok"),
        (AuditFailure::Continue, "ok", "ok"),
    ] {
        let (bank, log) = (Arc::new(Bank::default()), Log::new(|_| true));
        let server = server(&bank, Arc::clone(&log), failure);
        log.breaks(true);
        for tool in ["pay", "decline"] {
            let result = call_inside(&server, &alice(), tool, json!({"why": "no"})).await;
            let expected = if tool == "pay" { pays } else { "conflict" };
            // `pay` takes no argument.
            let result = if tool == "pay" { call_inside(&server, &alice(), tool, json!({})).await } else { result };
            assert_eq!(code(&result), if pays == "ok" { expected } else { "unavailable" }, "{failure:?} {tool}");
        }
        assert_eq!(bank.paid(), usize::from(pays == "ok"), "{failure:?}");
        assert_eq!(code(&call_inside(&server, &alice(), "balance", json!({})).await), reads, "{failure:?}");
        log.breaks(false);
        let paid = call_inside(&server, &alice(), "pay", json!({})).await;
        assert_eq!(code(&paid), "ok", "{failure:?}");
    }
}

#[tokio::test]
async fn a_read_leaves_one_record_and_so_does_what_is_refused() {
    let Setup { audit, http, .. } = setup().await;
    let client = http.connect(ALICE).await.unwrap();
    for (tool, arguments, body) in [
        ("balance", json!({}), BodyState::Ended),
        ("come_back", json!({}), BodyState::Ended),
        ("pay", json!({"surplus": 1}), BodyState::NotStarted),
    ] {
        let _ = clients::call(&client, tool, arguments).await;
        let [record] = audit.take().try_into().unwrap();
        assert_eq!((record.phase, record.body, record.answered), (Phase::Call, body, None), "{tool}");
    }
    let declined = clients::call(&client, "decline", json!({"why": "no"})).await.unwrap();
    assert_eq!(code(&declined), "conflict", "the author's word");
    let [intent, outcome] = both(&audit);
    assert_eq!((said(&outcome).1, outcome.code), (Decision::Failed, Some(Code::Conflict)));
    let [intent, outcome] = [intent, outcome].map(|record| serde_json::to_value(record).unwrap());
    assert_eq!((&intent["phase"], &intent["body"]), (&json!("intent"), &json!("not_started")));
    assert_eq!((&outcome["phase"], &outcome["body"]), (&json!("outcome"), &json!("ended")));
    assert_eq!(
        (&intent["version"], &intent["answered"], &intent["arguments"]),
        (&json!(2), &Value::Null, &outcome["arguments"])
    );
}
