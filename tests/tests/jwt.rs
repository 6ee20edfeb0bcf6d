//! Access tokens over real HTTP: an authorization server that publishes its keys, a resource server that fetches them, and rmcp's client.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use axum::{Router, routing::get};
use jsonwebtoken::{Algorithm, EncodingKey, Header, jwk::Jwk};
use secure_tool::{
    MemorySink, Rate, Unit,
    http::{HttpOptions, Jwks, JwtAuthenticator, StepUp},
};
use secure_tool_testkit::Port;
use secure_tool_tests::{
    Desk, builder,
    clients::{HttpServer, call, close, code, message, text},
};
use serde_json::{Value, json};

const ISSUER: &str = "https://id.test";
const AUDIENCE: &str = "https://mcp.test/mcp";
const OWN: &str = include_str!("../../runtime/src/http/jwt/tests/keys/ec.pem");
const OTHER: &str = include_str!("../../runtime/src/http/jwt/tests/keys/other.pem");

/// Publishes its key, and counts who asks.
struct Issuer {
    jwks: String,
    asked: Arc<AtomicUsize>,
    task: tokio::task::JoinHandle<std::io::Result<()>>,
}

impl Issuer {
    async fn start() -> Self {
        let key = EncodingKey::from_ec_pem(OWN.as_bytes()).unwrap();
        let mut public = Jwk::from_encoding_key(&key, Algorithm::ES256).unwrap();
        public.common.key_id = Some("k1".into());
        let (set, asked) = (json!({"keys": [public]}).to_string(), Arc::new(AtomicUsize::new(0)));
        let counts = Arc::clone(&asked);
        let answer = get(move || async move {
            counts.fetch_add(1, Ordering::Relaxed);
            set
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let jwks = format!("http://{}/jwks", listener.local_addr().unwrap());
        let task = tokio::spawn(axum::serve(listener, Router::new().route("/jwks", answer)).into_future());
        Self { jwks, asked, task }
    }

    fn trusted(&self) -> JwtAuthenticator {
        let keys = Jwks::loopback(&self.jwks).unwrap();
        JwtAuthenticator::builder(ISSUER, AUDIENCE, keys).tenant_claim("org").build().unwrap()
    }
}

impl Drop for Issuer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn sign(pem: &str, over: &Value) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let mut claims = json!({
        "iss": ISSUER, "aud": [AUDIENCE], "sub": "alice", "exp": now + 300, "iat": now, "jti": "t1", "org": "acme",
        "client_id": "app", "scope": "notes:read notes:write desk:test",
    });
    claims.as_object_mut().unwrap().extend(over.as_object().unwrap().clone());
    let mut header = Header::new(Algorithm::ES256);
    (header.typ, header.kid) = (Some("at+jwt".into()), Some("k1".into()));
    jsonwebtoken::encode(&header, &claims, &EncodingKey::from_ec_pem(pem.as_bytes()).unwrap()).unwrap()
}

async fn serve(tokens: JwtAuthenticator) -> (Arc<Desk>, Arc<MemorySink>, HttpServer) {
    let (desk, audit, server) = secure_tool_tests::setup();
    // The tests send more wrong tokens than a client would guess.
    let options = HttpOptions::default().failed_logins(Rate::new(1000, Unit::Second)).unwrap();
    let http = HttpServer::start_with(&server, tokens, options.step_up(StepUp::Always)).await.unwrap();
    (desk, audit, http)
}

#[tokio::test]
async fn a_token_grants_exactly_what_its_claims_say() {
    let issuer = Issuer::start().await;
    let (_, audit, http) = serve(issuer.trusted()).await;
    let alice = sign(OWN, &json!({"act": {"sub": "agent"}}));
    for client in [http.connect(&alice).await.unwrap(), http.connect_legacy(&alice).await.unwrap()] {
        assert_eq!(text(&call(&client, "whoami", json!({})).await.unwrap()), "alice in whoami");
        // The notes are those of an alice without a tenant: another person.
        assert_eq!(code(&call(&client, "get_note", json!({"note": 1})).await.unwrap()), "not_found");
        close(client).await.unwrap();
    }
    assert_eq!(issuer.asked.load(Ordering::Relaxed), 1, "the keys are fetched once");
    let records = serde_json::to_string(&audit.take()).unwrap();
    assert!(records.contains(r#""caller":"alice""#) && records.contains(r#""tenant":"acme""#), "{records}");
    for part in alice.split('.') {
        assert!(!records.contains(part), "no part of a token is on record");
    }
    let reader = sign(OWN, &json!({"scope": "notes:read"}));
    let response = http.post(Some(&reader), message("add_note", &json!({"text": "x"}))).send().await.unwrap();
    let challenge = "Bearer error=\"insufficient_scope\", scope=\"notes:read notes:write\"";
    assert_eq!(
        (response.status().as_u16(), &response.headers()["www-authenticate"]),
        (403, &challenge.parse().unwrap())
    );
}

#[tokio::test]
async fn invalid_tokens_are_refused_and_nothing_runs() {
    let issuer = Issuer::start().await;
    let (desk, audit, http) = serve(issuer.trusted()).await;
    for (what, token) in [
        ("signed by another", sign(OTHER, &json!({}))),
        ("expired", sign(OWN, &json!({"exp": 1_700_000_000}))),
        ("for another environment", sign(OWN, &json!({"aud": "https://mcp.staging.test/mcp"}))),
        ("of another issuer", sign(OWN, &json!({"iss": "https://evil.test"}))),
        ("without a tenant", sign(OWN, &json!({"org": null}))),
        ("no token", "x".into()),
    ] {
        let response = http.post(Some(&token), message("whoami", &json!({}))).send().await.unwrap();
        let challenge = &response.headers()["www-authenticate"];
        assert_eq!(
            (response.status().as_u16(), challenge),
            (401, &"Bearer error=\"invalid_token\"".parse().unwrap()),
            "{what}"
        );
        assert!(response.text().await.unwrap().contains("A valid credential is required."), "{what}");
        assert!(http.connect(&token).await.is_err(), "{what}");
    }
    assert_eq!((desk.ran(), audit.take().len()), (0, 0));
}

#[tokio::test]
async fn a_token_is_valid_only_in_its_environment() {
    let issuer = Issuer::start().await;
    let environments = [("production", AUDIENCE), ("staging", "https://mcp.staging.test/mcp")];
    let mut servers = Vec::new();
    for (name, audience) in environments {
        let (desk, audit) = (Arc::new(Desk::default()), Arc::new(MemorySink::new(10)));
        let server = builder(&desk).environment(name).audit(Arc::clone(&audit)).build().unwrap();
        // One issuer and one set of keys for both.
        let keys = Jwks::loopback(&issuer.jwks).unwrap();
        let tokens = JwtAuthenticator::builder(ISSUER, audience, keys).build().unwrap();
        servers.push((name, audit, HttpServer::start_with(&server, tokens, HttpOptions::default()).await.unwrap()));
    }
    for (issued_for, audience) in environments {
        let token = sign(OWN, &json!({"aud": audience}));
        for (name, audit, http) in &servers {
            let response = http.post(Some(&token), message("whoami", &json!({}))).send().await.unwrap();
            let records: Vec<_> =
                audit.take().iter().map(|record| record.environment.as_deref().map(str::to_owned)).collect();
            if *name == issued_for {
                assert_eq!((response.status().as_u16(), records), (200, vec![Some((*name).to_owned())]));
            } else {
                let challenge = response.headers()["www-authenticate"].to_str().unwrap().to_owned();
                assert_eq!(
                    (response.status().as_u16(), &*challenge),
                    (401, "Bearer error=\"invalid_token\""),
                    "{name}"
                );
                assert!(records.is_empty(), "nothing of it was a call");
            }
        }
    }
}

#[tokio::test]
async fn a_cached_token_can_be_revoked() {
    let issuer = Issuer::start().await;
    let (_, audit, server) = secure_tool_tests::setup();
    let http = HttpServer::start_with(&server, issuer.trusted(), HttpOptions::default()).await.unwrap();
    let (first, second) = (sign(OWN, &json!({})), sign(OWN, &json!({"jti": "t2", "client_id": "web"})));
    let namesake = sign(OWN, &json!({"jti": "t3", "client_id": "web", "org": "globex"}));
    let status = async |token: &str| {
        let response = http.post(Some(token), message("whoami", &json!({}))).send().await.unwrap();
        response.status().as_u16()
    };
    let all = async || [status(&first).await, status(&second).await, status(&namesake).await];
    let (revocations, later) = (server.revocations(), SystemTime::now() + Duration::from_secs(300));
    assert_eq!(all().await, [200, 200, 200], "and are remembered");
    revocations.revoke_token("t1", later).unwrap();
    assert_eq!(all().await, [401, 200, 200]);
    revocations.revoke_subject(Some("acme"), "alice", later).unwrap();
    assert_eq!(all().await, [401, 401, 200]);
    revocations.revoke_client("web", later).unwrap();
    assert_eq!(all().await, [401, 401, 401]);
    assert!(revocations.reinstate_token("t1") && revocations.reinstate_subject(Some("acme"), "alice"));
    assert_eq!(all().await, [200, 401, 401]);
    let rules: Vec<_> = audit.take().into_iter().map(|record| record.rule).filter(|rule| *rule != "allowed").collect();
    assert_eq!(rules[..3], ["revoked_token", "revoked_subject", "revoked_subject"], "{rules:?}");
    assert_eq!(issuer.asked.load(Ordering::Relaxed), 1, "the keys stay as they were");
}

#[tokio::test]
async fn without_signing_keys_the_server_is_unavailable() {
    let nobody = Port::take().unwrap();
    let keys = Jwks::loopback(&format!("http://{}/jwks", nobody.address().unwrap())).unwrap();
    let tokens = JwtAuthenticator::builder(ISSUER, AUDIENCE, keys).tenant_claim("org").build().unwrap();
    let (_, _, http) = serve(tokens).await;
    let response = http.post(Some(&sign(OWN, &json!({}))), message("whoami", &json!({}))).send().await.unwrap();
    assert_eq!((response.status().as_u16(), &response.headers()["retry-after"]), (503, &"5".parse().unwrap()));
    assert!(!response.headers().contains_key("www-authenticate"));
}
