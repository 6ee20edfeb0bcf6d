//! Alerts to an operator, and the reactions of the server.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use secure_tool::{
    Alert, AlertKind, AlertSink, Alerts, AuditRecord, Caller, MemorySink, Phase, Reaction, SecureServer,
    http::HttpOptions, prelude::*,
};
use secure_tool_tests::{
    Desk, alice, bob, builder, carol,
    clients::{ALICE, BOB, HttpServer, call, call_inside, code, message, without_call_id},
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

async fn times<S: Send + Sync + 'static>(
    server: &SecureServer<S>,
    count: usize,
    caller: &Caller,
    tool: &str,
    arguments: Value,
) -> String {
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
async fn a_caller_who_names_foreign_objects_raises_an_alert_and_is_revoked() {
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
async fn an_agent_is_revoked_and_not_its_subject() {
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
async fn allowed_calls_raise_no_alert() {
    let (heard, server) = server(Alerts::new());
    assert_eq!(times(&server, 50, &alice(), "get_note", json!({"note": 1})).await, "ok");
    // The caller's own mistakes are nobody's concern, and are no failures of the tool.
    for how in ["not_found", "invalid", "conflict", "forbidden"] {
        times(&server, 20, &alice(), "fails", json!({"how": how})).await;
    }
    assert!(heard.take().is_empty());
}

#[tokio::test]
async fn a_high_error_rate_raises_an_alert_about_the_tool_and_not_about_a_caller() {
    let (heard, server) = server(Alerts::new());
    times(&server, 9, &alice(), "fails", json!({"how": "internal"})).await;
    // Another tool's failures are its own.
    times(&server, 9, &alice(), "panics", json!({})).await;
    assert!(heard.take().is_empty());
    times(&server, 1, &bob(), "fails", json!({"how": "unavailable"})).await;
    assert_eq!(heard.kinds(), [(AlertKind::ErrorRate, None, 10)]);
}

#[tokio::test]
async fn every_override_and_every_breach_raises_an_alert() {
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
async fn an_alert_sink_that_panics_does_not_affect_calls() {
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
fn build_reports_impossible_thresholds() {
    let built = builder(&Arc::new(Desk::default()))
        .alerts(Alerts::new().threshold(AlertKind::Override, 0, QUARTER).revoke_for(AlertKind::Breach, QUARTER))
        .build();
    let problems = built.map(drop).unwrap_err().problems().join("\n");
    assert_eq!(
        problems,
        "alerts: the threshold of `override` must be 1 to 100 events within at most one day\n\
         alerts: `breach` is not about a caller, so there is nobody to revoke"
    );
}

/// An account of somebody. Those from 100 on are bait.
struct Account {
    id: u32,
    owner: &'static str,
}

impl Resource for Account {
    type Key = u32;

    fn owner(&self) -> Owner {
        Owner::subject(self.owner)
    }

    fn canary(&self) -> bool {
        self.id >= 100
    }
}

struct Bank;

/// An even number is bob's, an odd one alice's; 404 is nobody's.
impl Load<Account> for Bank {
    async fn load(&self, id: &u32) -> Result<Option<Account>, ToolError> {
        let owner = if id.is_multiple_of(2) { "bob" } else { "alice" };
        Ok((*id != 404).then_some(Account { id: *id, owner }))
    }
}

impl Load<Box<Account>> for Bank {
    async fn load(&self, id: &u32) -> Result<Option<Box<Account>>, ToolError> {
        Ok(<Self as Load<Account>>::load(self, id).await?.map(Box::new))
    }
}

impl Bank {
    /// Show an account.
    #[secure_tool(scope = "notes:read", owner = account, read_only)]
    async fn show(
        &self,
        /** Which. */
        account: Owned<Account>,
    ) -> Json<u32> {
        Json(account.id)
    }

    /// Show an account.
    #[secure_tool(scope = "notes:read", owner = account, read_only)]
    async fn show_boxed(
        &self,
        /** Which. */
        account: Owned<Box<Account>>,
    ) -> Json<u32> {
        Json(account.id)
    }

    /// Show an account, if there is one to show.
    #[secure_tool(scope = "notes:read", owner = account, read_only)]
    async fn show_maybe(
        &self,
        /** Which. */
        account: Option<Owned<Account>>,
    ) -> Json<Option<u32>> {
        Json(account.map(|account| account.id))
    }

    /// Show accounts.
    #[secure_tool(scope = "notes:read", owner = accounts, read_only)]
    async fn show_all(
        &self,
        /** Which. */
        accounts: Vec<Owned<Account>>,
    ) -> Json<Vec<u32>> {
        Json(accounts.iter().map(|account| account.id).collect())
    }

    /// Show the caller's own of some accounts.
    #[secure_tool(scope = "notes:read", owner = accounts, read_only)]
    async fn show_own(
        &self,
        /** Which. */
        #[arg(skip_foreign)]
        accounts: Vec<Owned<Account>>,
    ) -> Json<Vec<u32>> {
        Json(accounts.iter().map(|account| account.id).collect())
    }

    /// Freeze an account.
    #[secure_tool(scope = "notes:read", owner = account)]
    async fn freeze(
        &self,
        /** Which. */
        account: Owned<Account>,
    ) -> Json<u32> {
        Json(account.id)
    }
}

fn bank() -> (Heard, Arc<MemorySink>, SecureServer<Bank>) {
    let (heard, audit) = (Heard::default(), Arc::new(MemorySink::new(1000)));
    let server = SecureServer::builder(Bank)
        .tool(Bank::show())
        .tool(Bank::show_boxed())
        .tool(Bank::show_maybe())
        .tool(Bank::show_all())
        .tool(Bank::show_own())
        .tool(Bank::freeze())
        .allow_writes()
        .override_scope("support")
        .audit(Arc::clone(&audit))
        .alerts(Alerts::new().to(heard.clone()))
        .build()
        .unwrap_or_else(|error| panic!("{error}"));
    (heard, audit, server)
}

#[tokio::test]
async fn a_canary_raises_an_alert_and_the_call_continues() {
    let support = alice().with_scopes(["notes:read", "support"]);
    for (caller, tool, arguments, ends_as, other_kind) in [
        (alice(), "show", json!({"account": 101}), "ok", None),
        (alice(), "show", json!({"account": 100}), "not_found", None),
        (support, "show", json!({"account": 100}), "ok", Some(AlertKind::Override)),
        (alice(), "show_boxed", json!({"account": 101}), "ok", None),
        (alice(), "show_maybe", json!({"account": 101}), "ok", None),
        (alice(), "show_all", json!({"accounts": [1, 101]}), "ok", None),
        // The first one ends the call; but the canary behind it was asked for as well.
        (alice(), "show_all", json!({"accounts": [2, 100]}), "not_found", None),
        (alice(), "show_own", json!({"accounts": [1, 100]}), "ok", None),
        (alice(), "freeze", json!({"account": 101}), "ok", None),
        (alice(), "freeze", json!({"account": 100}), "not_found", None),
    ] {
        let (heard, audit, server) = bank();
        assert_eq!(times(&server, 1, &caller, tool, arguments.clone()).await, ends_as, "{tool} {arguments}");
        let alerts: Vec<_> = heard.kinds().into_iter().filter(|(kind, ..)| Some(*kind) != other_kind).collect();
        assert_eq!(alerts, one(AlertKind::Canary, "alice", 1), "{tool} {arguments}");
        assert!(audit.records().iter().all(|record| record.canary), "{tool} {arguments}");
        let line = serde_json::to_value(&audit.records()[0]).unwrap();
        assert_eq!(line["canary"], true);
    }
}

#[tokio::test]
async fn an_ordinary_object_raises_no_canary_alert() {
    let (heard, audit, server) = bank();
    for (tool, arguments) in [
        ("show", json!({"account": 1})),
        ("show", json!({"account": 2})),
        ("show", json!({"account": 404})),
        ("show_boxed", json!({"account": 1})),
        ("show_maybe", json!({})),
        ("show_all", json!({"accounts": [1, 3]})),
        ("show_own", json!({"accounts": [1, 2]})),
        ("freeze", json!({"account": 1})),
    ] {
        times(&server, 1, &alice(), tool, arguments).await;
    }
    assert!(heard.take().is_empty());
    let records = audit.take();
    let outcomes = |record: &&AuditRecord| record.phase != Phase::Intent;
    assert_eq!(records.iter().filter(outcomes).count(), 8);
    assert!(records.iter().all(|record| !record.canary));
}

#[tokio::test]
async fn a_foreign_canary_has_the_same_bytes_as_an_absent_object() {
    let (heard, audit, server) = bank();
    let http = HttpServer::start(&server, HttpOptions::default()).await.unwrap();
    let mut answers = Vec::new();
    for id in [404, 2, 100] {
        let request = http.post(Some(ALICE), message("show", &json!({"account": id})));
        let response = request.send().await.unwrap();
        let status = format!("{} {:?}", response.status(), response.headers().keys().collect::<Vec<_>>());
        answers.push((status, without_call_id(&response.text().await.unwrap())));
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "{answers:#?}");
    assert!(answers[0].1.contains("not_found"));
    assert_eq!(heard.kinds(), one(AlertKind::Canary, "alice", 1));
    assert_eq!(audit.records().iter().map(|record| record.canary).collect::<Vec<_>>(), [false, false, true]);
}

#[tokio::test]
async fn a_canary_has_its_own_budget_of_refusals() {
    let (_, audit, server) = bank();
    times(&server, 20, &alice(), "show", json!({"account": 2})).await;
    times(&server, 20, &alice(), "show", json!({"account": 100})).await;
    assert_eq!(audit.records().iter().filter(|record| record.canary).count(), 10);
    drop(server);
    let mut bursts: Vec<_> = audit.refusals().iter().map(|burst| (burst.canary, burst.count)).collect();
    bursts.sort_unstable();
    assert_eq!(bursts, [(false, 10), (true, 10)]);
}
