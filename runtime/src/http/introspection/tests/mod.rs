mod again;
mod flood;

use std::sync::{
    Mutex as Told,
    atomic::{AtomicUsize, Ordering},
};

use axum::{
    Router,
    body::{Body, Bytes},
    http::{HeaderMap, Response},
    routing::post,
};
use secure_tool_testkit::{Port, within};
use serde_json::{Value, json};

use super::*;
use crate::http::Claims;

const ISSUER: &str = "https://id.example.com";
const AUDIENCE: &str = "https://mcp.example.com/mcp";
const NOW: u64 = 1_800_000_000;

type Answer = Arc<dyn Fn() -> Response<Body> + Send + Sync>;

/// An authorization server: returns the configured answer if the client credential and the form are correct.
struct Server {
    url: String,
    answer: Arc<Told<Answer>>,
    asked: Arc<AtomicUsize>,
    task: tokio::task::JoinHandle<std::io::Result<()>>,
}

impl Server {
    async fn start(answer: impl Fn() -> Response<Body> + Send + Sync + 'static) -> Self {
        let told: Arc<Told<Answer>> = Arc::new(Told::new(Arc::new(answer)));
        let asked = Arc::new(AtomicUsize::new(0));
        let (answer, counts) = (Arc::clone(&told), Arc::clone(&asked));
        let serve = post(move |headers: HeaderMap, form: Bytes| async move {
            counts.fetch_add(1, Ordering::Relaxed);
            // `mcp:1` and `a secret`, escaped, in base64.
            let known = headers["authorization"] == "Basic bWNwJTNBMTphJTIwc2VjcmV0";
            let asks = form.starts_with(b"token=opaque") && form.ends_with(b"&token_type_hint=access_token");
            tokio::time::sleep(Duration::from_millis(20)).await;
            let answer = Arc::clone(&answer.lock().unwrap());
            if known && asks { answer() } else { Response::builder().status(401).body(Body::empty()).unwrap() }
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/introspect", listener.local_addr().unwrap());
        let elsewhere = post(|| async { active(json!({})) });
        let router = Router::new().route("/introspect", serve).route("/elsewhere", elsewhere);
        let task = tokio::spawn(axum::serve(listener, router).into_future());
        Self { url, answer: told, asked, task }
    }

    fn now(&self, answer: impl Fn() -> Response<Body> + Send + Sync + 'static) {
        *self.answer.lock().unwrap() = Arc::new(answer);
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }

    fn builder(&self) -> IntrospectionBuilder {
        let mut builder = Introspection::loopback(&self.url).unwrap().client("mcp:1", "a secret");
        (builder.check.clock, builder.patience) = (|| NOW, Duration::from_secs(2));
        builder
    }

    fn authenticator(&self) -> Introspection {
        self.builder().build(ISSUER, AUDIENCE).unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Introspection {
    /// Over a connection of which nothing is known.
    async fn admit(&self, token: &str) -> Result<Arc<Caller>, Refused> {
        let request = http::Request::new(()).into_parts().0;
        within("what becomes of a token", self.admit_from(&request, token)).await
    }
}

/// A good answer, with other members put over it; `null` takes one away.
fn active(over: Value) -> Response<Body> {
    let mut answer = json!({
        "active": true, "iss": ISSUER, "aud": [AUDIENCE], "sub": "alice", "exp": NOW + 300, "scope": "notes:read",
        "client_id": "app", "token_type": "Bearer", "jti": "t1",
    });
    if let (Value::Object(answer), Value::Object(over)) = (&mut answer, over) {
        answer.extend(over);
        answer.retain(|_, value| !value.is_null());
    }
    Response::new(answer.to_string().into())
}

async fn ask_about(tokens: &Introspection, header: &str) -> Result<Arc<Caller>, AuthError> {
    let mut request = http::Request::new(());
    request.headers_mut().insert(header::AUTHORIZATION, header.parse().unwrap());
    within("what becomes of a request", tokens.authenticate(&request.into_parts().0)).await
}

#[tokio::test]
async fn members_of_the_answer_become_data_of_the_caller() {
    let server = Server::start(|| active(json!({"plan": "pro"}))).await;
    let read = |claims: &Claims<'_>| claims.get::<String>("plan")?.ok_or(AuthError::Invalid);
    let tokens = server.builder().data_from(read).remember_for(Duration::ZERO).build(ISSUER, AUDIENCE).unwrap();
    assert_eq!(tokens.admit("opaque").await.unwrap().data(), Some(&"pro".to_owned()));
    server.now(|| active(json!({})));
    assert_eq!(tokens.admit("opaque-2").await.err(), Some(Refused::Data));
}

#[tokio::test]
async fn what_is_active_and_for_us_passes() {
    let server = Server::start(|| active(json!({"org": "acme", "act": {"sub": "agent"}}))).await;
    let tokens = server.builder().tenant_claim("org").build(ISSUER, AUDIENCE).unwrap();
    let caller = ask_about(&tokens, "Bearer opaque").await.unwrap();
    assert_eq!((caller.subject(), caller.tenant(), caller.client()), ("alice", Some("acme"), Some("app")));
    assert_eq!((caller.actor(), caller.scopes().contains("notes:read")), (Some("agent"), true));
    for over in
        [json!({"iss": null}), json!({"token_type": null}), json!({"token_type": "bearer"}), json!({"aud": AUDIENCE})]
    {
        server.now(move || active(over.clone()));
        let caller = server.authenticator().admit("opaque").await.unwrap();
        assert_eq!((caller.subject(), caller.issuer()), ("alice", Some(ISSUER)));
    }
}

#[tokio::test]
async fn every_other_answer_of_the_provider_refuses_the_token() {
    let server = Server::start(|| active(json!({}))).await;
    for (over, reason) in [
        (json!({"active": false}), Refused::Inactive),
        (json!({"active": "true"}), Refused::Unavailable),
        (json!({"active": 1}), Refused::Unavailable),
        (json!({"active": null}), Refused::Unavailable),
        (json!({"iss": "https://evil.example"}), Refused::Issuer),
        (json!({"iss": 1}), Refused::Issuer),
        (json!({"aud": null}), Refused::Audience),
        (json!({"aud": "https://mcp.staging.example.com/mcp"}), Refused::Audience),
        (json!({"exp": null}), Refused::Time),
        (json!({"exp": NOW - 30}), Refused::Expired),
        (json!({"nbf": NOW + 31}), Refused::NotYet),
        (json!({"sub": null}), Refused::Subject),
        (json!({"scope": ["a"]}), Refused::Scope),
        (json!({"token_type": "DPoP"}), Refused::Type),
        (json!({"token_type": 1}), Refused::Type),
        (json!({"cnf": {"jkt": "x"}}), Refused::Bound),
    ] {
        let answer = over.clone();
        server.now(move || active(answer.clone()));
        let tokens = server.authenticator();
        assert_eq!(tokens.admit("opaque").await.unwrap_err(), reason, "{over}");
        let error = if reason == Refused::Unavailable { AuthError::Unavailable } else { AuthError::Invalid };
        assert_eq!(ask_about(&tokens, "Bearer opaque").await.unwrap_err(), error, "{over}");
    }
    server.now(|| Response::new(r#"{"active":false,"active":true}"#.into()));
    assert_eq!(server.authenticator().admit("opaque").await.unwrap_err(), Refused::Unavailable);
}

#[tokio::test]
async fn a_server_that_is_down_or_lies_makes_nobody_pass() {
    let status = |status: u16| move || Response::builder().status(status).body(active(json!({})).into_body()).unwrap();
    let answers: [(&str, Answer); 7] = [
        ("500", Arc::new(status(500))),
        ("401, as for a wrong secret", Arc::new(status(401))),
        ("201", Arc::new(status(201))),
        (
            "a redirect",
            Arc::new(|| {
                Response::builder().status(307).header(header::LOCATION, "/elsewhere").body(Body::empty()).unwrap()
            }),
        ),
        ("a page", Arc::new(|| Response::new("<html>".into()))),
        ("too much", Arc::new(|| active(json!({"more": "x".repeat(LARGEST)})))),
        (
            "nothing, for ever",
            Arc::new(|| {
                Response::new(Body::from_stream(futures_util::stream::pending::<Result<String, std::io::Error>>()))
            }),
        ),
    ];
    let server = Server::start(|| active(json!({}))).await;
    for (what, answer) in answers {
        server.now(move || answer());
        let tokens = server.authenticator();
        assert_eq!(tokens.admit("opaque").await.unwrap_err(), Refused::Unavailable, "{what}");
        server.now(|| active(json!({})));
        assert!(tokens.admit("opaque").await.is_ok(), "it is not remembered after {what}");
    }
    let stranger =
        Introspection::loopback(&server.url).unwrap().client("mcp:1", "another").build(ISSUER, AUDIENCE).unwrap();
    assert_eq!(stranger.admit("opaque").await.unwrap_err(), Refused::Unavailable);
    let nobody = Port::take().unwrap();
    let url = format!("http://{}/introspect", nobody.address().unwrap());
    let gone = Introspection::loopback(&url).unwrap().client("mcp:1", "a secret").build(ISSUER, AUDIENCE).unwrap();
    assert_eq!(gone.admit("opaque").await.unwrap_err(), Refused::Unavailable);
}

#[tokio::test]
async fn the_server_is_asked_once_about_a_token() {
    let server = Server::start(|| active(json!({}))).await;
    let tokens = server.authenticator();
    let crowd =
        (0..40).map(|_| tokens.clone()).map(|tokens| tokio::spawn(async move { tokens.admit("opaque").await.is_ok() }));
    for one in crowd.collect::<Vec<_>>() {
        assert!(within("one of the crowd", one).await.unwrap());
    }
    assert_eq!(server.asked(), 1);
    server.now(|| active(json!({"active": false})));
    assert!(tokens.admit("opaque").await.is_ok(), "remembered");
    for _ in 0..100 {
        assert_eq!(tokens.admit("opaque2").await.unwrap_err(), Refused::Inactive);
    }
    assert_eq!(server.asked(), 2, "a refusal, too");
}

#[tokio::test]
async fn an_answer_is_remembered_briefly_and_not_beyond_the_expiry() {
    let server = Server::start(|| active(json!({}))).await;
    let brief = server.builder().remember_for(Duration::from_millis(200)).build(ISSUER, AUDIENCE).unwrap();
    assert!(brief.admit("opaque").await.is_ok());
    server.now(|| active(json!({"active": false})));
    tokio::time::sleep(Duration::from_millis(210)).await;
    assert_eq!(brief.admit("opaque").await.unwrap_err(), Refused::Inactive);
    server.now(|| active(json!({})));
    tokio::time::sleep(Duration::from_millis(210)).await;
    assert_eq!(brief.admit("opaque").await.unwrap_err(), Refused::Inactive, "a refusal is remembered for longer");
    server.now(|| active(json!({"exp": NOW})));
    let tokens = server.authenticator();
    let before = server.asked();
    assert!(tokens.admit("opaque").await.is_ok() && tokens.admit("opaque").await.is_ok());
    assert_eq!(server.asked(), before + 2, "within the leeway, each request asks");
    let revoked = server.builder().accept_if(|grant| grant.token_id() != Some("t1")).build(ISSUER, AUDIENCE).unwrap();
    assert_eq!(revoked.admit("opaque").await.unwrap_err(), Refused::Hook);
}

#[tokio::test]
async fn what_is_no_token_is_not_sent() {
    let server = Server::start(|| active(json!({}))).await;
    let tokens = server.authenticator();
    let long = format!("Bearer opaque{}", "x".repeat(LONGEST));
    for header in ["Bearer ", "Bearer a b", "Bearer stk_0_0", "Basic opaque", &long] {
        assert_eq!(ask_about(&tokens, header).await.unwrap_err(), AuthError::Unrecognized, "{header}");
    }
    assert_eq!(server.asked(), 0);
}

#[test]
fn a_setup_names_everything_and_shows_no_secret() {
    let builder = || Introspection::https("https://id.example.com/introspect").unwrap();
    assert!(builder().build(ISSUER, AUDIENCE).is_err(), "no credential");
    assert!(builder().client("mcp", "").build(ISSUER, AUDIENCE).is_err());
    assert!(builder().client("mcp", "hush").build("", AUDIENCE).is_err());
    assert!(builder().client("mcp", "hush").build(ISSUER, ISSUER).is_err());
    let longer = builder().client("mcp", "hush").remember_for(Duration::from_secs(61));
    assert!(longer.build(ISSUER, AUDIENCE).is_err());
    let shown = format!("{:?}", builder().client("mcp", "hush"));
    let built = builder().client("mcp", "hush").build(ISSUER, AUDIENCE).unwrap();
    let shown = format!("{shown} {built:?}");
    assert!(!shown.contains("hush") && !shown.contains("Basic") && !shown.contains("aHVzaA"), "{shown}");
    assert_eq!(builder::escape("a b:ä+~").as_str(), "a%20b%3A%C3%A4%2B%7E");
}
