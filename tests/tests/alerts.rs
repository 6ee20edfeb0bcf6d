//! What an operator hears about at once, and what the server does about it.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use secure_tool::{Alert, AlertKind, AlertSink, Alerts, Caller, MemorySink, Reaction, SecureServer, http::HttpOptions};
use secure_tool_tests::{
    Desk, alice, bob, builder, carol,
    clients::{ALICE, BOB, HttpServer, call, call_inside, code},
};
use serde_json::{Value, json};

const QUARTER: Duration = Duration::from_secs(15 * 60);

/// Keeps what it is told.
#[derive(Clone, Default)]
struct Heard(Arc<Mutex<Vec<Alert>>>);

impl AlertSink for Heard {
    fn alert(&self, alert: &Alert) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(alert.clone());
    }
}

impl Heard {
    fn take(&self) -> Vec<Alert> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The kinds, with the subject and the number of events.
    fn kinds(&self) -> Vec<(AlertKind, Option<String>, u64)> {
        let subject = |alert: &Alert| alert.caller.as_deref().map(|caller| caller.subject().to_owned());
        self.take().iter().map(|alert| (alert.kind, subject(alert), alert.count)).collect()
    }
}

fn server(alerts: Alerts) -> (Heard, SecureServer<Desk>) {
    let heard = Heard::default();
    let server = builder(&Arc::new(Desk::default()))
        .allow_writes()
        .audit(MemorySink::new(1000))
        .override_scope("support")
        .alerts(alerts.to(heard.clone()))
        .build()
        .unwrap_or_else(|error| panic!("{error}"));
    (heard, server)
}

async fn times(server: &SecureServer<Desk>, count: usize, caller: &Caller, tool: &str, arguments: Value) -> String {
    let mut last = String::new();
    for _ in 0..count {
        last = code(&call_inside(server, caller, tool, arguments.clone()).await);
    }
    last
}

fn one(kind: AlertKind, subject: &str, count: u64) -> Vec<(AlertKind, Option<String>, u64)> {
    vec![(kind, Some(subject.to_owned()), count)]
}

#[tokio::test]
async fn whoever_tries_objects_of_others_is_told_of_and_shut_out() {
    let alerts = Alerts::new().revoke_for(AlertKind::ForeignObjects, QUARTER);
    let (heard, server) = server(alerts);
    let http = HttpServer::start(&server, HttpOptions::default()).await.unwrap();
    let (thief, owner) = (http.connect(BOB).await.unwrap(), http.connect(ALICE).await.unwrap());
    for _ in 0..4 {
        assert_eq!(code(&call(&thief, "get_note", json!({"note": 1})).await.unwrap()), "not_found");
        // What is absent is no attack, however often it is asked for.
        assert_eq!(code(&call(&owner, "get_note", json!({"note": 404})).await.unwrap()), "not_found");
    }
    assert!(heard.take().is_empty());
    let fifth = call(&thief, "get_note", json!({"note": 2})).await;
    assert!(fifth.is_err() || fifth.is_ok_and(|fifth| code(&fifth) == "not_found"));
    let alerts = heard.take();
    let [alert] = &*alerts else { panic!("{alerts:?}") };
    assert_eq!((alert.kind, alert.count, alert.tool.as_deref()), (AlertKind::ForeignObjects, 5, Some("get_note")));
    assert_eq!(alert.reaction, Some(Reaction::Revoked { duration: QUARTER }));
    let told = serde_json::to_value(alert).unwrap();
    assert_eq!(
        (&told["kind"], &told["alert"], &told["caller"]),
        (&json!("alert"), &json!("foreign_objects"), &json!("bob"))
    );
    assert_eq!(told["reaction"], json!({"revoked": {"for_s": 900}}));
    // Out, also with what is his own; and nobody else with him.
    assert!(call(&thief, "get_note", json!({"note": 3})).await.is_err());
    for _ in 0..10 {
        assert_eq!(code(&call(&owner, "get_note", json!({"note": 1})).await.unwrap()), "ok");
    }
    assert!(heard.take().is_empty());
}

#[tokio::test]
async fn an_agent_is_shut_out_and_not_whom_it_acts_for() {
    let (heard, server) = server(Alerts::new().revoke_for(AlertKind::ForeignObjects, QUARTER));
    let agent = |caller: Caller| caller.with_actor("bot");
    // It tries the objects of others under one name and another.
    times(&server, 2, &agent(alice()), "get_note", json!({"note": 3})).await;
    times(&server, 2, &agent(bob()), "get_note", json!({"note": 1})).await;
    assert_eq!(times(&server, 1, &alice().with_actor("helper"), "get_note", json!({"note": 3})).await, "not_found");
    assert_eq!(times(&server, 1, &bob(), "get_note", json!({"note": 1})).await, "not_found");
    assert!(heard.take().is_empty());
    times(&server, 1, &agent(alice()), "get_note", json!({"note": 3})).await;
    let alerts = heard.take();
    let [alert] = &*alerts else { panic!("{alerts:?}") };
    assert_eq!((alert.count, alert.reaction), (5, Some(Reaction::Revoked { duration: QUARTER })));
    let told = serde_json::to_value(alert).unwrap();
    assert_eq!((&told["caller"], &told["actor"]), (&json!("alice"), &json!("bot")));
    for caller in [agent(alice()), agent(bob()), Caller::local("bot")] {
        assert_eq!(times(&server, 1, &caller, "get_note", json!({"note": 1})).await, "unauthenticated");
    }
    for caller in [alice(), alice().with_actor("helper"), agent(alice()).with_tenant("globex")] {
        let expected = if caller.tenant().is_some() { "not_found" } else { "ok" };
        assert_eq!(times(&server, 1, &caller, "get_note", json!({"note": 1})).await, expected, "{caller:?}");
    }
}

#[tokio::test]
async fn each_kind_of_refusal_has_its_threshold_and_each_caller_its_count() {
    let (heard, server) = server(Alerts::new());
    for (kind, most, tool, arguments, refused_as) in [
        (AlertKind::MissingScope, 9, "echo", json!({"text": "hello"}), "insufficient_scope"),
        (AlertKind::UnknownItems, 9, "no_such_tool", json!({}), "unknown_tool"),
    ] {
        assert_eq!(times(&server, most, &carol(), tool, arguments.clone()).await, refused_as);
        let dave = Caller::local("dave");
        assert_eq!(times(&server, most, &dave, tool, arguments.clone()).await, refused_as);
        assert!(heard.take().is_empty(), "{tool}");
        times(&server, 1, &carol(), tool, arguments.clone()).await;
        assert_eq!(heard.kinds(), one(kind, "carol", 10));
        // The next comes no sooner than in a minute.
        times(&server, 20, &carol(), tool, arguments).await;
        assert!(heard.take().is_empty(), "{tool}");
    }
}

#[tokio::test]
async fn what_is_allowed_makes_no_alert() {
    let (heard, server) = server(Alerts::new());
    assert_eq!(times(&server, 50, &alice(), "get_note", json!({"note": 1})).await, "ok");
    // The caller's own mistakes are nobody's concern, and are no failures of the tool.
    for how in ["not_found", "invalid", "conflict", "forbidden"] {
        times(&server, 20, &alice(), "fails", json!({"how": how})).await;
    }
    assert!(heard.take().is_empty());
}

#[tokio::test]
async fn a_tool_that_fails_too_often_is_told_of_without_anybody_to_blame() {
    let (heard, server) = server(Alerts::new());
    times(&server, 9, &alice(), "fails", json!({"how": "internal"})).await;
    // Another tool's failures are its own.
    times(&server, 9, &alice(), "panics", json!({})).await;
    assert!(heard.take().is_empty());
    times(&server, 1, &bob(), "fails", json!({"how": "unavailable"})).await;
    assert_eq!(heard.kinds(), [(AlertKind::ErrorRate, None, 10)]);
}

#[tokio::test]
async fn overrides_and_breaches_are_told_each() {
    let (heard, server) = server(Alerts::new());
    let support = bob().with_scopes(["notes:read", "support"]);
    assert_eq!(times(&server, 1, &support, "get_note", json!({"note": 3})).await, "ok", "it is his own");
    assert!(heard.take().is_empty());
    assert_eq!(times(&server, 1, &support, "get_note", json!({"note": 1})).await, "ok");
    assert_eq!(heard.kinds(), one(AlertKind::Override, "bob", 1));
    assert_eq!(times(&server, 1, &alice(), "careless", json!({"forget": true})).await, "internal");
    let alerts = heard.take();
    assert!(alerts.iter().any(|alert| alert.kind == AlertKind::Breach && alert.tool.as_deref() == Some("careless")));
    assert_eq!(times(&server, 1, &alice(), "careless", json!({"forget": false})).await, "ok");
    assert!(heard.take().is_empty());
}

#[tokio::test]
async fn an_alert_sink_that_panics_harms_nobody() {
    struct Panics;
    impl AlertSink for Panics {
        fn alert(&self, _: &Alert) {
            panic!("a defect of the sink");
        }
    }
    let alerts = Alerts::new().to(Panics).threshold(AlertKind::ForeignObjects, 1, QUARTER);
    let (heard, server) = server(alerts);
    assert_eq!(times(&server, 1, &bob(), "get_note", json!({"note": 1})).await, "not_found");
    assert_eq!(heard.kinds(), one(AlertKind::ForeignObjects, "bob", 1), "the next sink hears of it");
    assert_eq!(times(&server, 1, &bob(), "get_note", json!({"note": 3})).await, "ok");
}

#[test]
fn thresholds_that_cannot_be_are_reported() {
    let built = builder(&Arc::new(Desk::default()))
        .alerts(Alerts::new().threshold(AlertKind::Override, 0, QUARTER).revoke_for(AlertKind::Breach, QUARTER))
        .build();
    let problems = built.map(drop).unwrap_err().problems().join("\n");
    assert_eq!(
        problems,
        "alerts: the threshold of `override` takes 1 to 100 events within at most a day\n\
         alerts: `breach` is not about a caller, so nobody can be revoked for it"
    );
}
