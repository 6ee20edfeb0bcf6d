//! Revocation while the server runs: the next call is refused, running calls are cut, and other callers are not affected.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, SystemTime},
};

use rmcp::model::CallToolResult;
use secure_tool::{
    Approvals, Code, Decision, MemorySink, NotRevoked, Revocations, Stage,
    http::{ApiKey, ApiKeys, Authenticator, HttpOptions},
    prelude::*,
};
use secure_tool_testkit::{LIMIT, until, within};
use secure_tool_tests::{
    clients::{ALICE, Client, HttpServer, Names, call, call_inside, code, connect_by_pipe, list, message, text},
    only,
    person::{Person, Says},
};
use serde_json::json;
use tokio::{task::JoinHandle, time::Instant};

#[derive(Default)]
struct Office {
    began: AtomicUsize,
    ended: AtomicUsize,
}

impl Office {
    fn begun(&self) -> usize {
        self.began.load(Ordering::SeqCst)
    }
}

impl Office {
    /// Greet.
    #[secure_tool(scope = "office", owner = caller("its answer holds no rows"), rate = 1000/minute, read_only)]
    async fn greet(&self, caller: &Caller) -> String {
        format!("hello {}", caller.subject())
    }

    /// Tell the time of day to anybody.
    #[secure_tool(scope = public("a clock hangs outside"), owner = unowned("nobody owns the time"), rate = 1000/minute, read_only)]
    async fn clock(&self) -> &'static str {
        "noon"
    }

    /// Wait for long.
    #[secure_tool(scope = "office", owner = unowned("nothing but time"), rate = 1000/minute, read_only, timeout = 1h)]
    async fn wait(&self) {
        self.began.fetch_add(1, Ordering::SeqCst);
        tokio::time::sleep(Duration::from_secs(3000)).await;
        self.ended.fetch_add(1, Ordering::SeqCst);
    }

    /// Wait for long on a blocking thread.
    #[secure_tool(scope = "office", owner = unowned("nothing but time"), rate = 1000/minute, read_only, timeout = 1h)]
    fn wait_blocking(&self, call: &Call) {
        self.began.fetch_add(1, Ordering::SeqCst);
        let begun = std::time::Instant::now();
        // A thread that waits on would keep the process of a failed test alive.
        while !call.is_abandoned() && begun.elapsed() < LIMIT {
            std::thread::sleep(Duration::from_millis(5));
        }
        self.ended.fetch_add(1, Ordering::SeqCst);
    }

    /// Empty the safe.
    #[secure_tool(scope = "office", owner = unowned("it is the office's"), rate = 1000/minute, destructive, confirm = operator("Empty it?"))]
    async fn empty_safe(&self) {
        self.ended.fetch_add(1, Ordering::SeqCst);
    }

    /// Empty the bin.
    #[secure_tool(scope = "office", owner = unowned("it is the office's"), rate = 1000/minute, destructive, confirm = "Empty it?")]
    async fn empty_bin(&self) {
        self.ended.fetch_add(1, Ordering::SeqCst);
    }
}
/// Two of alice at acme, one of her namesake at globex, one who acts for her, one of a robot with a key.
fn credential(name: &str) -> Option<Caller> {
    let alice = |tenant: &str| Caller::new("alice").with_tenant(tenant).with_scopes(["office"]);
    Some(match name {
        "one" => alice("acme").with_client("app").with_token_id("t1"),
        "two" => alice("acme").with_client("web").with_token_id("t2"),
        "namesake" => alice("globex").with_client("web").with_token_id("t3"),
        "agent" => alice("globex").with_client("web").with_actor("bot").with_token_id("t4"),
        "robot" => Caller::new("robot").with_key_id("k1").with_scopes(["office"]),
        _ => return None,
    })
}

struct Setup {
    office: Arc<Office>,
    audit: Arc<MemorySink>,
    approvals: Approvals,
    server: SecureServer<Office>,
}

fn setup_with(revocations: Option<&Revocations>) -> Setup {
    let (office, audit, approvals) =
        (Arc::new(Office::default()), Arc::new(MemorySink::new(1000)), Approvals::default());
    let mut builder = SecureServer::builder_shared(Arc::clone(&office))
        .rate_cells(1 << 10)
        .tool(Office::greet())
        .tool(Office::clock())
        .tool(Office::wait())
        .tool(Office::wait_blocking())
        .tool(Office::empty_safe())
        .tool(Office::empty_bin())
        .approver(approvals.clone())
        .allow_writes()
        .audit(Arc::clone(&audit));
    if let Some(revocations) = revocations {
        builder = builder.revocations(revocations.clone());
    }
    Setup { office, audit, approvals, server: builder.build().unwrap() }
}

fn setup() -> Setup {
    setup_with(None)
}

async fn serve(server: &SecureServer<Office>, authenticator: impl Authenticator) -> Arc<HttpServer> {
    Arc::new(HttpServer::start_with(server, authenticator, HttpOptions::default()).await.unwrap())
}

fn later() -> SystemTime {
    SystemTime::now() + Duration::from_secs(600)
}

/// What takes it out, what brings it back, whom it concerns, whom not, and what the record says.
struct Case {
    revoke: fn(&Revocations) -> Result<(), NotRevoked>,
    reinstate: fn(&Revocations) -> bool,
    harmed: &'static [&'static str],
    unharmed: &'static [&'static str],
    rule: &'static str,
}

const CASES: [Case; 5] = [
    Case {
        revoke: |revocations| revocations.revoke_subject(Some("acme"), "alice", later()),
        reinstate: |revocations| revocations.reinstate_subject(Some("acme"), "alice"),
        harmed: &["one", "two"],
        unharmed: &["namesake", "agent", "robot"],
        rule: "revoked_subject",
    },
    Case {
        revoke: |revocations| revocations.revoke_subject(Some("globex"), "bot", later()),
        reinstate: |revocations| revocations.reinstate_subject(Some("globex"), "bot"),
        harmed: &["agent"],
        unharmed: &["one", "two", "namesake", "robot"],
        rule: "revoked_subject",
    },
    Case {
        revoke: |revocations| revocations.revoke_client("web", later()),
        reinstate: |revocations| revocations.reinstate_client("web"),
        harmed: &["two", "namesake", "agent"],
        unharmed: &["one", "robot"],
        rule: "revoked_client",
    },
    Case {
        revoke: |revocations| revocations.revoke_token("t1", later()),
        reinstate: |revocations| revocations.reinstate_token("t1"),
        harmed: &["one"],
        unharmed: &["two", "namesake", "agent", "robot"],
        rule: "revoked_token",
    },
    Case {
        revoke: |revocations| revocations.revoke_key("k1", later()),
        reinstate: |revocations| revocations.reinstate_key("k1"),
        harmed: &["robot"],
        unharmed: &["one", "two", "namesake", "agent"],
        rule: "revoked_key",
    },
];

fn list_message() -> String {
    json!({"jsonrpc": "2.0", "id": 1, "method": "tools/list"}).to_string()
}

/// The status, the challenge and the body of an answer.
async fn post(http: &HttpServer, credential: &str, body: String) -> (u16, String, String) {
    answer(http.post(Some(credential), body)).await
}

async fn answer(request: reqwest::RequestBuilder) -> (u16, String, String) {
    let response = request.send().await.unwrap();
    let challenge = response.headers().get("www-authenticate").map(|value| value.to_str().unwrap().to_owned());
    (response.status().as_u16(), challenge.unwrap_or_default(), response.text().await.unwrap())
}

fn assert_refused((status, challenge, body): &(u16, String, String)) {
    assert_eq!((*status, &**challenge), (401, "Bearer error=\"invalid_token\""), "{body}");
    assert!(body.contains("A valid credential is required."), "{body}");
}

#[tokio::test]
async fn every_request_is_refused_until_the_caller_is_reinstated() {
    let Setup { audit, server, .. } = setup();
    let (http, revocations) = (serve(&server, Names(credential)).await, server.revocations());
    for Case { revoke, reinstate, harmed, unharmed, rule } in CASES {
        revoke(&revocations).unwrap();
        for credential in harmed {
            for tool in ["greet", "clock", "no_such_tool"] {
                assert_refused(&post(&http, credential, message(tool, &json!({}))).await);
                let record = only(&audit);
                assert_eq!((record.decision, record.stage, record.rule), (Decision::Refused, Stage::Identity, rule));
                assert_eq!(record.code, Some(Code::Unauthenticated));
            }
            for method in ["ping", "tools/list", "resources/list", "made/up"] {
                let body = json!({"jsonrpc": "2.0", "id": 1, "method": method}).to_string();
                assert_refused(&post(&http, credential, body).await);
            }
            assert_refused(&post(&http, credential, "not even JSON".into()).await);
        }
        for credential in unharmed {
            let (status, _, body) = post(&http, credential, message("greet", &json!({}))).await;
            assert!(status == 200 && body.contains("hello"), "{rule}: {credential}: {body}");
            let (status, _, body) = post(&http, credential, list_message()).await;
            assert!(status == 200 && body.contains("empty_safe"), "{body}");
            assert_eq!(only(&audit).decision, Decision::Allowed);
        }
        assert!(reinstate(&revocations));
        for credential in harmed {
            let (status, _, body) = post(&http, credential, message("greet", &json!({}))).await;
            assert!(status == 200 && body.contains("hello"), "{body}");
            assert!(post(&http, credential, list_message()).await.2.contains("empty_safe"));
        }
        let _ = audit.take();
    }
}

/// A call that stays with its answer open.
fn begin(http: &Arc<HttpServer>, credential: &'static str, tool: &'static str) -> JoinHandle<(u16, String, String)> {
    // A client of protocol 2026-07-28, so that a disconnect cancels its call.
    let request = http.post_modern(Some(credential), tool, tool, &json!({}));
    tokio::spawn(async move { answer(request).await })
}

#[tokio::test]
async fn only_the_running_calls_of_the_revoked_caller_are_cut() {
    let Setup { office, audit, server, .. } = setup();
    let (http, revocations) = (serve(&server, Names(credential)).await, server.revocations());
    for Case { revoke, reinstate, harmed, unharmed, rule } in CASES {
        let before = office.begun();
        let cut: Vec<_> = harmed.iter().map(|credential| begin(&http, credential, "wait")).collect();
        let others: Vec<_> = unharmed.iter().map(|credential| begin(&http, credential, "wait")).collect();
        until("all calls to begin", async || office.begun() == before + cut.len() + others.len()).await;
        revoke(&revocations).unwrap();
        for call in cut {
            assert_refused(&within("a call that is cut", call).await.unwrap());
        }
        let records = audit.take();
        assert_eq!(records.len(), harmed.len());
        for record in records {
            assert_eq!((record.decision, record.stage, record.rule), (Decision::Revoked, Stage::Body, rule));
            let json = serde_json::to_value(&record).unwrap();
            assert_eq!(json["decision"], "revoked");
            let caller = record.caller.as_ref().unwrap();
            let ids = json!([caller.token_id(), caller.key_id()]);
            assert_eq!(json!([json["token_id"], json["key_id"]]), ids);
            assert_ne!(ids, json!([null, null]));
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
        for call in &others {
            assert!(!call.is_finished(), "{rule}");
            call.abort();
        }
        assert!(reinstate(&revocations));
        until("the records of the others", async || audit.records().len() == others.len()).await;
        assert!(audit.take().iter().all(|record| record.decision == Decision::Cancelled), "their clients went away");
    }
    assert_eq!(office.ended.load(Ordering::SeqCst), 0, "what is cut does not go on");
}

#[tokio::test(start_paused = true)]
async fn a_call_is_cut_at_once() {
    let Setup { office, server, .. } = setup();
    let caller = credential("one").unwrap();
    let revoke = async {
        until("the call to begin", async || office.begun() == 1).await;
        server.revocations().revoke_token("t1", later()).unwrap();
        Instant::now()
    };
    let (result, revoked) = tokio::join!(call_inside(&server, &caller, "wait", json!({})), revoke);
    assert_eq!((code(&result), revoked.elapsed()), ("unauthenticated".into(), Duration::ZERO));
}

#[tokio::test]
async fn a_blocking_body_can_detect_that_it_is_abandoned() {
    let Setup { office, server, .. } = setup();
    let http = serve(&server, Names(credential)).await;
    let (cut, other) = (begin(&http, "one", "wait_blocking"), begin(&http, "namesake", "wait_blocking"));
    until("the calls to begin", async || office.begun() == 2).await;
    server.revocations().revoke_token("t1", later()).unwrap();
    assert_refused(&within("the call that is cut", cut).await.unwrap());
    until("the body to end", async || office.ended.load(Ordering::SeqCst) == 1).await;
    assert!(!other.is_finished());
    server.revocations().revoke_token("t3", later()).unwrap();
    assert_refused(&within("the other call", other).await.unwrap());
}

#[tokio::test]
async fn a_call_that_waits_for_an_operator_ends() {
    let Setup { office, audit, approvals, server } = setup();
    let http = serve(&server, Names(credential)).await;
    let (cut, other) = (begin(&http, "one", "empty_safe"), begin(&http, "namesake", "empty_safe"));
    until("both calls to wait", async || approvals.list().len() == 2).await;
    server.revocations().revoke_subject(Some("acme"), "alice", later()).unwrap();
    assert_refused(&within("the call that is cut", cut).await.unwrap());
    let record = only(&audit);
    assert_eq!((record.decision, record.stage), (Decision::Revoked, Stage::Confirmation));
    let waiting = approvals.list();
    assert_eq!(waiting.len(), 1, "nobody can approve it any more");
    approvals.approve(waiting[0].id, &Arc::new(Caller::new("olga").with_tenant("globex"))).unwrap();
    assert_eq!(within("the other call", other).await.unwrap().0, 200);
    assert_eq!(office.ended.load(Ordering::SeqCst), 1);
}

async fn pipe<H: rmcp::ClientHandler>(
    server: &SecureServer<Office>,
    caller: &str,
    handler: H,
) -> rmcp::service::RunningService<rmcp::RoleClient, H> {
    connect_by_pipe(server, credential(caller).unwrap(), handler).await.unwrap()
}

#[tokio::test]
async fn a_revocation_also_applies_on_a_pipe() {
    let Setup { office, audit, server, .. } = setup();
    let (client, other) = (pipe(&server, "one", ()).await, pipe(&server, "namesake", ()).await);
    let says =
        async |client: &Client, tool: &'static str| call(client, tool, json!({})).await.map(|result| code(&result));
    let names = async |client: &Client| list(client).await.unwrap().len();
    assert_eq!((says(&client, "greet").await.unwrap(), names(&client).await), ("ok".into(), 6));
    let _ = audit.take();
    let cut = async {
        until("the calls to begin", async || office.begun() == 1).await;
        server.revocations().revoke_subject(Some("acme"), "alice", later()).unwrap();
    };
    let (result, ()) = tokio::join!(call(&client, "wait", json!({})), cut);
    let result: CallToolResult = result.unwrap();
    assert_eq!(code(&result), "unauthenticated");
    assert!(
        text(&result).starts_with("unauthenticated: This call requires an authenticated caller."),
        "it says no more"
    );
    assert_eq!(only(&audit).decision, Decision::Revoked);
    for tool in ["greet", "clock", "no_such_tool"] {
        assert_eq!(says(&client, tool).await.unwrap(), "unauthenticated", "{tool}");
    }
    assert_eq!(names(&client).await, 0);
    assert_eq!((says(&other, "greet").await.unwrap(), names(&other).await), ("ok".into(), 6));
    assert!(server.revocations().reinstate_subject(Some("acme"), "alice"));
    assert_eq!((says(&client, "greet").await.unwrap(), names(&client).await), ("ok".into(), 6));
}

#[tokio::test]
async fn a_question_to_the_person_at_the_client_is_withdrawn() {
    let Setup { office, audit, server, .. } = setup();
    let (sleeper, person) = (Person::who(Says::Nothing), Person::who(Says::Yes));
    let (client, other) = (pipe(&server, "one", sleeper.clone()).await, pipe(&server, "namesake", person).await);
    let cut = async {
        until("the question", async || !sleeper.asked().is_empty()).await;
        server.revocations().revoke_token("t1", later()).unwrap();
    };
    let (result, ()) = tokio::join!(call(&client, "empty_bin", json!({})), cut);
    assert_eq!(code(&result.unwrap()), "unauthenticated");
    let record = only(&audit);
    assert_eq!((record.decision, record.stage, record.rule), (Decision::Revoked, Stage::Confirmation, "revoked_token"));
    assert_eq!(code(&call(&other, "empty_bin", json!({})).await.unwrap()), "ok");
    assert_eq!(office.ended.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn servers_that_share_revocations_share_them_and_others_do_not() {
    let shared = Revocations::default();
    let (one, two, apart) = (setup_with(Some(&shared)), setup_with(Some(&shared)), setup());
    one.server.revocations().revoke_token("t1", later()).unwrap();
    let caller = credential("one").unwrap();
    for (setup, expected) in [(one, "unauthenticated"), (two, "unauthenticated"), (apart, "ok")] {
        assert_eq!(code(&call_inside(&setup.server, &caller, "greet", json!({})).await), expected);
    }
}

#[tokio::test]
async fn a_revocation_expires() {
    let Setup { server, .. } = setup();
    let caller = credential("one").unwrap();
    let end = SystemTime::now() + Duration::from_millis(300);
    server.revocations().revoke_client("app", end).unwrap();
    loop {
        let begun = SystemTime::now();
        let answer = code(&call_inside(&server, &caller, "greet", json!({})).await);
        if begun >= end {
            assert_eq!(answer, "ok");
            break;
        }
        // A call that reaches over the end may have either answer.
        if SystemTime::now() < end {
            assert_eq!(answer, "unauthenticated");
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn removing_an_api_key_cuts_its_running_calls() {
    let Setup { office, audit, server, .. } = setup();
    let alice = || Caller::new("alice").with_scopes(["office"]);
    let keys = ApiKeys::new().with_key(ALICE, alice()).unwrap();
    let (text, second) = ApiKeys::generate(alice()).unwrap();
    keys.add(second.clone()).unwrap();
    let http = serve(&server, keys.clone()).await;
    let post_with = |key: String| {
        let http = Arc::clone(&http);
        tokio::spawn(async move { post(&http, &key, message("wait", &json!({}))).await })
    };
    let (old, new) = (post_with(ALICE.into()), post_with(text.expose().clone()));
    until("the calls to begin", async || office.begun() == 2).await;
    // The first key goes; the second one, of the same caller, stays.
    keys.replace([second.clone()]).unwrap();
    assert_refused(&within("the call with the old key", old).await.unwrap());
    let record = only(&audit);
    assert_eq!((record.decision, record.rule), (Decision::Revoked, "removed_key"));
    assert_refused(&post(&http, ALICE, message("greet", &json!({}))).await);
    assert!(!new.is_finished());
    // The same key with fewer rights is another one.
    let narrowed = ApiKey::from_sha256(second.id(), *second.sha256(), Caller::new("alice")).unwrap();
    keys.replace([narrowed]).unwrap();
    assert_refused(&within("the call with the new key", new).await.unwrap());
    assert_eq!(only(&audit).caller.unwrap().key_id(), Some(second.id()));
    let (status, _, body) = post(&http, text.expose(), message("greet", &json!({}))).await;
    assert!(status == 200 && body.contains("insufficient_scope"), "{body}");
    assert_eq!(post(&http, text.expose(), message("clock", &json!({}))).await.0, 200);
    let _ = audit.take();
    keys.replace([second.clone()]).unwrap();
    let last = post_with(text.expose().clone());
    until("the calls to begin", async || office.begun() == 3).await;
    assert!(keys.remove(second.id()));
    assert_refused(&within("the last call", last).await.unwrap());
    assert_eq!(only(&audit).decision, Decision::Revoked);
}
