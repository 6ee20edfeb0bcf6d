//! Refusals are limited too: what a caller who is always refused leaves in the audit log.

use std::{fs, sync::Arc, time::Duration};

use secure_tool::{
    AlertKind, Alerts, AuditError, AuditRecord, AuditSink, Code, Decision, JsonLines, MemorySink, Rate, SecureServer,
    Unit, http::HttpOptions,
};
use secure_tool_tests::{
    Desk, alice, bob, builder,
    clients::{ALICE, HttpServer, call, call_inside, code, message},
};
use serde_json::{Value, json};

/// What ten records, ten others and a few events take at the most.
const MOST_BYTES: u64 = 32 * 1024;

fn counted(audit: &MemorySink) -> u64 {
    audit.refusals().iter().map(|burst| burst.count).sum()
}

#[tokio::test]
async fn a_caller_without_scopes_cannot_fill_the_log_and_every_refusal_is_counted() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("audit.jsonl");
    let desk = Arc::new(Desk::default());
    let server = builder(&desk)
        .environment("staging")
        .refusals_recorded(10)
        .audit(JsonLines::append(&path).unwrap())
        .build()
        .unwrap();
    let nobody = alice().with_scopes(["nothing"]);
    for n in 0..10_000 {
        assert_eq!(code(&call_inside(&server, &nobody, "get_note", json!({"note": 1})).await), "insufficient_scope");
        if n % 1000 == 0 {
            assert_eq!(code(&call_inside(&server, &alice(), "get_note", json!({"note": 1})).await), "ok");
        }
    }
    drop(server);
    assert!(fs::metadata(&path).unwrap().len() < MOST_BYTES);
    let text = fs::read_to_string(&path).unwrap();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let bursts = lines.iter().filter(|line| line["kind"] == "refusals");
    let mut beyond = 0;
    for burst in bursts {
        beyond += burst["count"].as_u64().unwrap();
        let what = ["environment", "tool", "caller", "code", "stage", "rule", "canary", "address"];
        assert_eq!(
            json!(what.map(|name| &burst[name])),
            json!(["staging", "get_note", "alice", "insufficient_scope", "scope", "scope", false, null])
        );
        assert!(burst["since"].as_str() <= burst["time"].as_str(), "{burst}");
    }
    let with = |decision: &str| lines.iter().filter(|line| line["decision"] == decision).count();
    assert_eq!(with("allowed"), 10);
    assert!((10..60).contains(&with("refused")), "{}", with("refused"));
    assert_eq!(with("refused") as u64 + beyond, 10_000);
}

#[tokio::test]
async fn each_caller_tool_and_check_has_its_own_budget() {
    let audit = Arc::new(MemorySink::new(1000));
    let server = builder(&Arc::new(Desk::default())).refusals_recorded(2).audit(Arc::clone(&audit)).build().unwrap();
    let (nobody, another) = (alice().with_scopes(["nothing"]), bob().with_scopes(["nothing"]));
    for (caller, tool, arguments) in [
        (&nobody, "get_note", json!({"note": 1})),
        (&another, "get_note", json!({"note": 1})),
        (&nobody.clone().with_client("other"), "get_note", json!({"note": 1})),
        (&nobody, "list_notes", json!({})),
        (&nobody, "no_such_tool", json!({})),
        (&alice(), "get_note", json!({"note": "x"})),
        (&alice(), "get_note", json!({"note": 3})),
        (&alice(), "get_note", json!({"note": 404})),
    ] {
        for n in 0..5 {
            assert_ne!(code(&call_inside(&server, caller, tool, arguments.clone()).await), "ok");
            assert_eq!(audit.take().len(), usize::from(n < 2), "{tool} {arguments} {n}");
        }
    }
    drop(server);
    let bursts = audit.refusals();
    assert_eq!((bursts.len(), counted(&audit)), (8, 8 * 3));
    assert!(bursts.iter().all(|burst| burst.count == 3));
    let clients = bursts.iter().filter_map(|burst| burst.caller.as_ref()?.client()).filter(|name| *name == "other");
    assert_eq!(clients.count(), 1, "the client is told as it was");
}

#[tokio::test]
async fn a_caller_refused_by_every_tool_has_one_budget_for_all_of_them() {
    let audit = Arc::new(MemorySink::new(1000));
    let server = builder(&Arc::new(Desk::default())).refusals_recorded(1).audit(Arc::clone(&audit)).build().unwrap();
    let nobody = alice().with_scopes(["nothing"]);
    let tools: Vec<String> = server.policy().tools.iter().map(|tool| tool.name.to_owned()).collect();
    let mut refused = 0;
    for _ in 0..5 {
        for tool in &tools {
            refused += u64::from(code(&call_inside(&server, &nobody, tool, json!({})).await) != "ok");
        }
    }
    let recorded = audit.take().iter().filter(|record| record.decision == Decision::Refused).count();
    assert_eq!(recorded, 10, "ten times the budget of one kind");
    // Another caller is recorded as ever.
    let _ = call_inside(&server, &bob().with_scopes(["nothing"]), "get_note", json!({"note": 1})).await;
    assert_eq!(audit.take().len(), 1);
    drop(server);
    assert!(audit.refusals().len() <= tools.len());
    assert_eq!(10 + counted(&audit), refused);
}

#[tokio::test]
async fn only_refusals_before_the_body_are_aggregated() {
    let audit = Arc::new(MemorySink::new(1000));
    let server = builder(&Arc::new(Desk::default()))
        .allow_writes()
        .refusals_recorded(1)
        .audit(Arc::clone(&audit))
        .build()
        .unwrap();
    for (tool, arguments, decision) in [
        ("get_note", json!({"note": 1}), Decision::Allowed),
        ("add_note", json!({"text": "milk"}), Decision::Allowed),
        ("fails", json!({"how": "not_found"}), Decision::Failed),
        ("panics", json!({}), Decision::Failed),
    ] {
        for _ in 0..5 {
            call_inside(&server, &alice(), tool, arguments.clone()).await;
        }
        let ended = audit.take().iter().filter(|record| record.decision == decision).count();
        assert_eq!(ended, 5, "{tool}");
    }
    drop(server);
    assert!(audit.refusals().is_empty());
}

#[tokio::test]
async fn over_http_callers_and_addresses_are_counted() {
    let audit = Arc::new(MemorySink::new(1000));
    let server = builder(&Arc::new(Desk::default())).refusals_recorded(2).audit(Arc::clone(&audit)).build().unwrap();
    let many = Rate::new(1000, Unit::Second);
    let options =
        HttpOptions::default().allow_anonymous().requests_per_address(many).unwrap().requests_per_caller(many).unwrap();
    let http = HttpServer::start(&server, options).await.unwrap();
    drop(server);
    let client = http.connect(ALICE).await.unwrap();
    for _ in 0..50 {
        assert_eq!(code(&call(&client, "get_note", json!({"note": 3})).await.unwrap()), "not_found");
        let answer = http.post(None, message("ping", &json!({"no": "such"}))).send().await.unwrap();
        assert!(answer.text().await.unwrap().contains("invalid_arguments"));
    }
    assert_eq!(audit.records().len(), 4);
    drop((client, http));
    let ended = Arc::clone(&audit);
    secure_tool_testkit::until("the numbers to be reported", async || ended.refusals().len() == 2).await;
    let mut bursts = audit.refusals();
    bursts.sort_by_key(|burst| burst.caller.is_some());
    let [visitor, caller] = &*bursts else { panic!("{bursts:?}") };
    assert_eq!(
        (visitor.address.as_deref(), visitor.code, visitor.count),
        (Some("127.0.0.1"), Code::InvalidArguments, 48)
    );
    assert_eq!((caller.address.as_deref(), caller.code, caller.count), (None, Code::NotFound, 48));
    assert_eq!(caller.caller.as_ref().map(|caller| caller.subject()), Some("alice"));
}

#[tokio::test(start_paused = true)]
async fn a_long_burst_is_recorded_while_it_continues() {
    let audit = Arc::new(MemorySink::new(1000));
    let server = builder(&Arc::new(Desk::default())).refusals_recorded(10).audit(Arc::clone(&audit)).build().unwrap();
    let nobody = alice().with_scopes(["nothing"]);
    for _ in 0..300 {
        let _ = server.call(&Arc::new(nobody.clone()), "get_note", serde_json::Map::new()).await;
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    let (records, bursts) = (audit.records().len(), audit.refusals().len());
    assert!((2..=6).contains(&bursts), "{bursts}");
    assert!((10..=60).contains(&records), "{records}");
    drop(server);
    assert_eq!(audit.records().len() as u64 + counted(&audit), 300);
}

#[tokio::test]
async fn alerts_count_refusals_without_a_record() {
    let audit = Arc::new(MemorySink::new(1000));
    let quarter = Duration::from_secs(15 * 60);
    let alerts =
        Alerts::new().threshold(AlertKind::MissingScope, 50, quarter).revoke_for(AlertKind::MissingScope, quarter);
    let desk = Arc::new(Desk::default());
    let server = builder(&desk).refusals_recorded(2).audit(Arc::clone(&audit)).alerts(alerts).build().unwrap();
    let nobody = alice().with_scopes(["nothing"]);
    for _ in 0..50 {
        assert_eq!(code(&call_inside(&server, &nobody, "get_note", json!({"note": 1})).await), "insufficient_scope");
    }
    assert_eq!(audit.records().len(), 2);
    assert_eq!(code(&call_inside(&server, &nobody, "get_note", json!({"note": 1})).await), "unauthenticated");
}

#[tokio::test]
async fn a_sink_that_does_not_record_bursts_does_not_affect_calls() {
    /// Knows records alone, or fails with numbers in either way.
    struct Broken(u8);
    impl AuditSink for Broken {
        fn record(&self, _: AuditRecord) -> Result<(), AuditError> {
            Ok(())
        }

        fn record_refusals(&self, _: secure_tool::RefusalBurst) -> Result<(), AuditError> {
            assert_eq!(self.0, 0, "a sink that panics");
            Err(AuditError::new("the disk is full"))
        }
    }
    for how in [0, 1] {
        let desk = Arc::new(Desk::default());
        let server: SecureServer<Desk> = builder(&desk).refusals_recorded(1).audit(Broken(how)).build().unwrap();
        for _ in 0..3 {
            assert_eq!(code(&call_inside(&server, &alice(), "get_note", json!({"note": 3})).await), "not_found");
        }
        drop(server);
    }
}

#[test]
fn build_refuses_to_record_no_refusals() {
    let built = builder(&Arc::new(Desk::default())).refusals_recorded(0).build();
    assert_eq!(
        built.map(drop).unwrap_err().problems(),
        ["it would record no refusals: `.refusals_recorded(…)` must not be zero"]
    );
}
