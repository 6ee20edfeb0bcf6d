//! A token may be revoked after it was verified. Just before a tool that destroys something runs, the authorization server is asked again.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::{SystemTime, UNIX_EPOCH},
};

use axum::{
    Json, Router,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::post,
};
use secure_tool::{
    AuditRecord, BodyState, Decision, Effect, MemorySink, Phase, SecureServer,
    http::{HttpOptions, Introspection, IntrospectionBuilder},
    prelude::*,
};
use secure_tool_tests::{
    clients::{HttpServer, call, code},
    ends,
    person::{Person, Says},
};
use serde_json::{Value, json};
use tokio::{net::TcpListener, task::JoinHandle};

const ISSUER: &str = "https://id.test";
const AUDIENCE: &str = "https://mcp.test/mcp";
/// The only token that the issuer knows.
const TOKEN: &str = "opaque-0f5e9d1c";

/// What the issuer says about the token; nothing if it is down.
type Answer = Option<Value>;

/// The server that issued the token.
struct Issuer {
    says: Arc<Mutex<Answer>>,
    asked: Arc<AtomicUsize>,
    url: String,
    task: JoinHandle<std::io::Result<()>>,
}

type Shared = (Arc<Mutex<Answer>>, Arc<AtomicUsize>);

async fn introspect(State((says, asked)): State<Shared>, form: String) -> Response {
    asked.fetch_add(1, Ordering::SeqCst);
    let answer = says.lock().unwrap().clone();
    match answer {
        Some(answer) if form.starts_with(&format!("token={TOKEN}&")) => Json(answer).into_response(),
        Some(_) => Json(json!({"active": false})).into_response(),
        None => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

impl Issuer {
    async fn start() -> Self {
        let (says, asked): Shared = (Arc::new(Mutex::new(Some(active(&json!({}))))), Arc::default());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/introspect", listener.local_addr().unwrap());
        let state = (Arc::clone(&says), Arc::clone(&asked));
        let routes = Router::new().route("/introspect", post(introspect)).with_state(state);
        Self { says, asked, url, task: tokio::spawn(axum::serve(listener, routes).into_future()) }
    }

    fn says(&self, answer: Answer) {
        *self.says.lock().unwrap() = answer;
    }

    /// How often it was asked since the last time.
    fn asked(&self) -> usize {
        self.asked.swap(0, Ordering::SeqCst)
    }
}

impl Drop for Issuer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// That the token is good, with other members put over it.
fn active(over: &Value) -> Value {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let mut answer = json!({
        "active": true, "aud": AUDIENCE, "sub": "alice", "org": "acme", "client_id": "app", "exp": now + 300,
        "scope": "files:all files:other",
    });
    for (name, value) in over.as_object().unwrap() {
        answer[name] = value.clone();
    }
    answer
}

fn inactive() -> Value {
    json!({"active": false})
}

#[derive(Default)]
struct Files {
    read: AtomicUsize,
    written: AtomicUsize,
    wiped: AtomicUsize,
}

impl Files {
    /// Look.
    #[secure_tool(scope = "files:all", owner = unowned("a test's files"), rate = 1000/minute, read_only)]
    async fn look(&self) {
        self.read.fetch_add(1, Ordering::SeqCst);
    }

    /// Rename something.
    #[secure_tool(scope = "files:all", owner = unowned("a test's files"), rate = 1000/minute)]
    async fn rename_one(&self) {
        self.written.fetch_add(1, Ordering::SeqCst);
    }

    /// Wipe everything.
    #[secure_tool(scope = "files:all", owner = unowned("a test's files"), rate = 1000/minute, destructive, confirm = never("nobody is there in a test"))]
    async fn wipe(&self, caller: &Caller) {
        assert!(!format!("{caller:?}").contains(TOKEN));
        self.wiped.fetch_add(1, Ordering::SeqCst);
    }

    /// Wipe everything, on a thread of its own.
    #[secure_tool(scope = "files:all", owner = unowned("a test's files"), rate = 1000/minute, destructive, confirm = never("nobody is there in a test"))]
    fn wipe_slowly(&self) {
        self.wiped.fetch_add(1, Ordering::SeqCst);
    }

    /// Wipe everything, if a person agrees.
    #[secure_tool(scope = "files:all", owner = unowned("a test's files"), rate = 1000/minute, destructive, confirm = "Wipe?")]
    async fn wipe_if_confirmed(&self) {
        self.wiped.fetch_add(1, Ordering::SeqCst);
    }

    fn wiped(&self) -> usize {
        self.wiped.swap(0, Ordering::SeqCst)
    }
}

struct Setup {
    issuer: Issuer,
    files: Arc<Files>,
    audit: Arc<MemorySink>,
    http: HttpServer,
}

async fn setup(set: impl FnOnce(IntrospectionBuilder) -> IntrospectionBuilder) -> Setup {
    let (issuer, files, audit) = (Issuer::start().await, Arc::new(Files::default()), Arc::new(MemorySink::new(100)));
    let server = SecureServer::builder_shared(Arc::clone(&files))
        .tool(Files::look())
        .tool(Files::rename_one())
        .tool(Files::wipe())
        .tool(Files::wipe_slowly())
        .tool(Files::wipe_if_confirmed())
        .allow_writes()
        .audit(Arc::clone(&audit))
        .build()
        .unwrap();
    let tokens = set(Introspection::loopback(&issuer.url).unwrap().client("mcp", "a secret").tenant_claim("org"));
    let tokens = tokens.build(ISSUER, AUDIENCE).unwrap();
    let http = HttpServer::start_with(&server, tokens, HttpOptions::default()).await.unwrap();
    Setup { issuer, files, audit, http }
}

impl Setup {
    /// The status, and the code of a result, or else of an error.
    async fn says(&self, tool: &str) -> (u16, String) {
        let response = self.http.post_modern(Some(TOKEN), tool, tool, &json!({})).send().await.unwrap();
        let (status, body) = (response.status().as_u16(), response.json::<Value>().await.unwrap());
        let places = ["/result/_meta/secure-tool~1refusal/code", "/error/data/code"];
        let code = places.iter().find_map(|place| body.pointer(place)).and_then(Value::as_str);
        (status, code.unwrap_or("ok").to_owned())
    }

    /// The only record since the last time.
    fn record(&self) -> AuditRecord {
        let [record] = self.audit.take().try_into().unwrap();
        assert!(!format!("{record:?}{}", serde_json::to_string(&record).unwrap()).contains(TOKEN));
        record
    }
}

fn destroys(builder: IntrospectionBuilder) -> IntrospectionBuilder {
    builder.ask_again_before(Effect::Destroy)
}

fn ok() -> (u16, String) {
    (200, "ok".to_owned())
}

#[tokio::test]
async fn a_valid_token_works_and_is_checked_again_before_a_destructive_tool() {
    for (before, asked) in [
        (None, [0, 0, 0, 0]),
        (Some(Effect::Destroy), [0, 0, 1, 1]),
        (Some(Effect::Write), [0, 1, 1, 1]),
        (Some(Effect::ReadOnly), [1, 1, 1, 1]),
    ] {
        let setup = setup(|builder| match before {
            Some(before) => builder.ask_again_before(before),
            None => builder,
        })
        .await;
        assert_eq!(setup.says("look").await, ok());
        let _ = setup.issuer.asked();
        for (tool, asked) in ["look", "rename_one", "wipe", "wipe_slowly"].into_iter().zip(asked) {
            assert_eq!(setup.says(tool).await, ok(), "{tool}");
            assert_eq!(setup.issuer.asked(), asked, "{tool} with {before:?}");
        }
        assert_eq!((setup.files.wiped(), setup.files.written.load(Ordering::SeqCst)), (2, 1));
        let last = ends(setup.audit.take()).pop().unwrap();
        let caller = last.caller.as_deref().unwrap();
        assert_eq!((caller.subject(), caller.tenant(), caller.client()), ("alice", Some("acme"), Some("app")));
    }
}

#[tokio::test]
async fn a_token_that_was_revoked_during_the_request_cannot_destroy() {
    for tool in ["wipe", "wipe_slowly"] {
        let setup = setup(destroys).await;
        assert_eq!(setup.says("look").await, ok());
        let _ = (setup.audit.take(), setup.issuer.says(Some(inactive())));
        assert_eq!(setup.says("look").await, ok(), "what reads is not asked about again");
        assert_eq!(setup.record().decision, Decision::Allowed);
        assert_eq!(setup.says(tool).await, (401, "unauthenticated".into()));
        assert_eq!(setup.files.wiped(), 0);
        let record = setup.record();
        assert_eq!((record.phase, record.body), (Phase::Call, BodyState::NotStarted));
        assert_eq!((record.decision, record.rule), (Decision::Revoked, "withdrawn_credential"));
        // And now it is known.
        assert_eq!(setup.says("look").await, (401, "unauthenticated".into()));
    }
}

#[tokio::test]
async fn a_token_that_now_belongs_to_somebody_else_cannot_destroy() {
    for over in [
        json!({"sub": "mallory"}),
        json!({"org": "globex"}),
        json!({"client_id": "another"}),
        json!({"act": {"sub": "bot"}}),
        json!({"scope": "files:all"}),
        json!({"aud": "https://elsewhere.test"}),
        json!({"exp": 1}),
    ] {
        let setup = setup(destroys).await;
        assert_eq!(setup.says("look").await, ok());
        setup.issuer.says(Some(active(&over)));
        assert_eq!(setup.says("wipe").await, (401, "unauthenticated".into()), "{over}");
        assert_eq!(setup.files.wiped(), 0);
    }
    let setup = setup(destroys).await;
    assert_eq!(setup.says("look").await, ok());
    setup.issuer.says(Some(active(&json!({"scope": "files:all files:other files:more"}))));
    assert_eq!(setup.says("wipe").await, ok(), "more scopes do no harm");
}

#[tokio::test]
async fn the_application_is_asked_again_as_well() {
    let fired = Arc::new(AtomicUsize::new(0));
    let counts = Arc::clone(&fired);
    // Good once for the request, and then no more.
    let accept = move |_: &secure_tool::http::Grant| counts.fetch_add(1, Ordering::SeqCst) < 1;
    let setup = setup(|builder| destroys(builder).accept_if(accept)).await;
    assert_eq!(setup.says("wipe").await, (401, "unauthenticated".into()));
    assert_eq!((setup.files.wiped(), fired.load(Ordering::SeqCst)), (0, 2));
}

#[tokio::test]
async fn nothing_is_destroyed_if_the_authorization_server_does_not_answer() {
    let setup = setup(destroys).await;
    assert_eq!(setup.says("look").await, ok());
    let _ = setup.audit.take();
    for answer in [None, Some(json!({})), Some(json!({"active": "yes"}))] {
        setup.issuer.says(answer);
        assert_eq!(setup.says("wipe").await, (200, "unavailable".into()));
        assert_eq!(setup.files.wiped(), 0);
        let record = setup.record();
        assert_eq!((record.decision, record.rule), (Decision::Refused, "credential_unchecked"));
    }
    assert_eq!(setup.says("look").await, ok(), "the token is no worse for it");
    setup.issuer.says(Some(active(&json!({}))));
    assert_eq!((setup.says("wipe").await, setup.files.wiped()), (ok(), 1));
}

#[tokio::test]
async fn a_token_that_was_revoked_while_a_person_was_asked_cannot_destroy() {
    for revoked in [true, false] {
        let setup = setup(destroys).await;
        let person = Person::who(Says::Yes);
        // The question comes on an event stream, and the end of the call after it.
        let client = setup.http.connect_legacy_as(TOKEN, person.clone()).await.unwrap();
        let _ = setup.issuer.asked();
        if revoked {
            setup.issuer.says(Some(inactive()));
        }
        let result = call(&client, "wipe_if_confirmed", json!({})).await.unwrap();
        assert_eq!(person.asked().len(), 1);
        assert_eq!(setup.issuer.asked(), 1, "once, when the person had answered");
        let expected = if revoked { ("unauthenticated", 0) } else { ("ok", 1) };
        assert_eq!((&*code(&result), setup.files.wiped()), expected);
    }
}
