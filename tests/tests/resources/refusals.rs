//! What a refusal must not disclose, and what it has to say.

use std::{
    sync::{Arc, Mutex, PoisonError, atomic::Ordering},
    time::{Duration, SystemTime},
};

use secure_tool::{Alert, AlertKind, AlertSink, Alerts, Code, Decision, OwnerOutcome, Stage};
use secure_tool_testkit::until;
use secure_tool_tests::{clients::http_client, revisions};
use serde_json::json;

use crate::office::{Office, REVISIONS, alice, anonymous, read, setup, setup_with};

/// URIs of somebody else's, of nothing, of no template, of what is hidden, and in another form than the one that counts.
const ABSENT: [(&str, &str); 12] = [
    ("invoices://inv-3", "foreign"),
    ("invoices://inv-9", "absent"),
    ("invoices://inv-3/note", "foreign"),
    ("scans://inv-3", "foreign"),
    ("nothing://inv-1", "unknown"),
    ("elsewhere://inv-1", "environment"),
    ("invoices://%69nv-1", "unknown"),
    ("invoices://a b", "unknown"),
    ("invoices://..%2Finv-1", "unknown"),
    ("years://01999", "schema"),
    ("years://99999", "schema"),
    ("years://", "unknown"),
];

#[tokio::test]
async fn unknown_foreign_absent_and_hidden_answer_with_the_same_bytes() {
    let setup = setup().await;
    for revision in REVISIONS {
        let mut answers = Vec::new();
        for (uri, rule) in ABSENT {
            let (status, answer) = setup.ask(Some("alice"), revision, "resources/read", &json!({"uri": uri})).await;
            let code = if revision == "2026-07-28" { -32602 } else { -32002 };
            assert_eq!((status, &answer["error"]["code"]), (200, &json!(code)), "{revision} {uri}: {answer}");
            assert!(answer["error"]["data"]["call_id"].is_string());
            answers.push(anonymous(&answer));
            let record = setup.recorded();
            assert_eq!((record.rule, record.code), (rule, Some(Code::NotFound)), "{uri}");
        }
        answers.dedup();
        assert_eq!(answers.len(), 1, "{revision}: {answers:#?}");
    }
    for (way, client) in setup.clients("alice").await {
        let mut answers = Vec::new();
        for (uri, _) in ABSENT {
            answers.push(read(&client, uri).await.unwrap_err());
        }
        answers.dedup();
        assert_eq!(answers.len(), 1, "{way}: {answers:#?}");
        assert_eq!(answers[0].0, if way.ends_with("2026-07-28") { -32602 } else { -32002 });
    }
    assert_eq!(setup.office.ran.load(Ordering::SeqCst), 0);
    assert!(!setup.server.read(&alice(), "invoices://inv-1").await.is_error());
}

#[tokio::test]
async fn switched_off_items_do_not_exist_until_they_are_switched_on() {
    let setup = setup().await;
    let unknown = anonymous(&json!(setup.server.read(&alice(), "nothing://at-all").await));
    let is_there = async || {
        let response = setup.server.read(&alice(), "invoices://inv-1").await;
        assert!(!response.is_error() || anonymous(&json!(response)) == unknown);
        !response.is_error()
    };
    let switches = setup.server.switches();
    assert!(is_there().await);
    switches.disable("invoice").unwrap();
    assert!(!is_there().await && !setup.server.read(&alice(), "invoices://inv-1/note").await.is_error());
    switches.enable("invoice").unwrap();
    assert!(is_there().await);
    switches.halt();
    assert!(!is_there().await);
    switches.resume();
    switches.set_read_only(true);
    assert!(is_there().await, "a resource reads");
    assert!(switches.disable("nothing").is_err());
}

#[tokio::test]
async fn a_missing_scope_gets_one_challenge_regardless_of_the_object() {
    let setup = setup().await;
    for revision in REVISIONS {
        let mut answers = Vec::new();
        for uri in ["invoices://inv-1", "invoices://inv-3", "invoices://inv-9"] {
            let request = setup.request(Some("carol"), revision, "resources/read", &json!({"uri": uri}));
            let response = request.send().await.unwrap();
            assert_eq!(response.status(), 403, "{revision} {uri}");
            let challenges: Vec<_> = response.headers().get_all("www-authenticate").iter().collect();
            assert_eq!(challenges.len(), 1);
            assert!(challenges[0].to_str().unwrap().contains(r#"scope="invoices:read""#));
            answers.push(anonymous(&response.json().await.unwrap()));
            let record = setup.recorded();
            assert_eq!((record.code, record.stage), (Some(Code::InsufficientScope), Stage::Scope));
        }
        answers.dedup();
        assert_eq!(answers.len(), 1, "{answers:?}");
        // What does not exist for anybody is no reason to ask for more.
        let (status, _) = setup.ask(Some("carol"), revision, "resources/read", &json!({"uri": "nothing://x"})).await;
        assert_eq!(status, 200);
        assert_eq!(setup.recorded().rule, "unknown");
        let (status, _) = setup.ask(None, revision, "resources/read", &json!({"uri": "invoices://inv-1"})).await;
        assert_eq!(status, 401);
    }
    for (way, client) in setup.clients("carol").await.into_iter().filter(|(way, _)| way.starts_with("a pipe")) {
        let (code, told) = read(&client, "invoices://inv-1").await.unwrap_err();
        assert!(code == -32003 && told.contains("insufficient_scope"), "{way}: {told}");
    }
    assert_eq!(setup.office.ran.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn the_rate_applies_to_reading_and_listing_together() {
    let setup = setup_with(|builder| builder.resource(Office::seldom())).await;
    let (status, answer) =
        setup.ask(Some("alice"), "2026-07-28", "resources/read", &json!({"uri": "seldom://inv-1"})).await;
    assert_eq!((status, answer["error"].is_null()), (200, true), "{answer}");
    assert_eq!(setup.recorded().method, "resources/read");
    let (_, answer) = setup.ask(Some("alice"), "2026-07-28", "resources/list", &json!({})).await;
    assert_eq!(answer["error"]["data"]["code"], "rate_limited", "{answer}");
    assert!(!answer["error"]["message"].as_str().unwrap().contains("tool"), "{answer}");
    let record = setup.audit.take().pop().unwrap();
    assert_eq!((record.tool.as_deref(), record.method), (Some("seldom"), "resources/list"));
    assert_eq!((record.code, record.stage), (Some(Code::RateLimited), Stage::Rate));
    let (_, answer) = setup.ask(Some("alice"), "2025-11-25", "resources/read", &json!({"uri": "seldom://inv-1"})).await;
    assert_eq!((&answer["error"]["code"], &answer["error"]["data"]["code"]), (&json!(-32005), &json!("rate_limited")));
    let (_, answer) = setup.ask(Some("bob"), "2026-07-28", "resources/list", &json!({})).await;
    assert!(answer["error"].is_null(), "another caller has a rate of its own: {answer}");
}

#[tokio::test]
async fn a_revoked_caller_can_no_longer_read() {
    let setup = setup().await;
    let reading = setup.request(Some("alice"), "2025-11-25", "resources/read", &json!({"uri": "eternity://inv-1"}));
    let reading = tokio::spawn(reading.send());
    until("the body to begin", async || setup.office.ran.load(Ordering::SeqCst) == 1).await;
    setup.server.revocations().revoke_subject(None, "alice", SystemTime::now() + Duration::from_secs(600)).unwrap();
    assert_eq!(reading.await.unwrap().unwrap().status(), 401);
    until("the record", async || !setup.audit.records().is_empty()).await;
    assert_eq!(setup.recorded().decision, Decision::Revoked);
    for method in ["resources/read", "resources/list", "resources/templates/list"] {
        let (status, _) = setup.ask(Some("alice"), "2026-07-28", method, &json!({"uri": "invoices://inv-1"})).await;
        assert_eq!(status, 401, "{method}");
    }
    assert!(setup.server.read(&alice(), "invoices://inv-1").await.is_error());
    let (status, answer) =
        setup.ask(Some("bob"), "2026-07-28", "resources/read", &json!({"uri": "invoices://inv-3"})).await;
    assert_eq!((status, answer["error"].is_null()), (200, true), "{answer}");
}

#[tokio::test]
async fn a_client_of_a_session_can_cancel_a_read_and_a_disconnect_does_not() {
    let setup = setup().await;
    for revision in ["2025-06-18", "2025-11-25"] {
        let session = revisions::open_session(&setup.http, "alice", revision).await.unwrap();
        let began = setup.office.ran.load(Ordering::SeqCst);
        let reading = setup
            .request(Some("alice"), revision, "resources/read", &json!({"uri": "eternity://inv-1"}))
            .header("mcp-session-id", session.clone())
            .send();
        let reading = tokio::spawn(reading);
        until("the body to begin", async || setup.office.ran.load(Ordering::SeqCst) == began + 1).await;
        reading.abort();
        assert!(setup.audit.records().is_empty(), "a connection that breaks ends nothing");
        assert_eq!(revisions::cancel(&setup.http, "alice", revision, session).await.unwrap(), 202);
        until("the record", async || !setup.audit.records().is_empty()).await;
        let record = setup.recorded();
        assert_eq!((record.decision, record.method), (Decision::Cancelled, "resources/read"), "{revision}");
    }
}

#[tokio::test]
async fn the_uri_in_the_header_must_match() {
    let setup = setup().await;
    let uri = "invoices://a%20b";
    for (named, expected) in [
        (Some(uri), 200),
        (Some("=?base64?aW52b2ljZXM6Ly9hJTIwYg==?="), 200),
        (Some("invoices://inv-1"), 400),
        (None, 400),
    ] {
        let request = setup.request(Some("alice"), "2026-07-28", "resources/read", &json!({"uri": uri}));
        let mut request = request.build().unwrap();
        request.headers_mut().remove("mcp-name");
        if let Some(named) = named {
            request.headers_mut().insert("mcp-name", named.parse().unwrap());
        }
        let response = http_client().execute(request).await.unwrap();
        assert_eq!(response.status(), expected, "{named:?}");
    }
    for params in [json!({}), json!({"uri": 7}), json!({"uri": null})] {
        let (status, answer) = setup.ask(Some("alice"), "2025-11-25", "resources/read", &params).await;
        assert_eq!((status, &answer["error"]["code"]), (200, &json!(-32602)), "{params}");
    }
}

#[derive(Clone, Default)]
struct Heard(Arc<Mutex<Vec<AlertKind>>>);

impl Heard {
    fn kinds(&self) -> Vec<AlertKind> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl AlertSink for Heard {
    fn alert(&self, alert: &Alert) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(alert.kind);
    }
}

#[tokio::test]
async fn probing_and_canaries_raise_alerts_as_with_tools() {
    let heard = Heard::default();
    let setup = setup_with(|builder| builder.alerts(Alerts::new().to(heard.clone()))).await;
    let bait = setup.server.read(&alice(), "invoices://bait").await;
    assert_eq!(bait.error().unwrap().code(), Code::NotFound);
    let record = setup.recorded();
    assert!(record.canary && record.owner == OwnerOutcome::Foreign);
    assert_eq!(heard.kinds(), [AlertKind::Canary]);
    for _ in 0..1000 {
        let _ = setup.server.read(&alice(), "nothing://at-all").await;
        if heard.kinds().contains(&AlertKind::UnknownItems) {
            return;
        }
    }
    panic!("{:?}", heard.kinds());
}
