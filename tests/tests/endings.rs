//! Every end of a call leads to one masked answer and one record, and frees its place.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use secure_tool::{AuditError, AuditFailure, AuditRecord, AuditSink, Code, Decision, JsonLines, MemorySink, Stage};
use secure_tool_testkit::{until, within};
use secure_tool_tests::{
    CANARY, Desk, alice, builder,
    clients::{call_inside as call, code, text},
    only, server, setup,
};
use serde_json::{Value, json};
use tokio::time::{Instant, timeout};

#[tokio::test]
async fn a_panic_is_masked_recorded_and_frees_its_place() {
    let (desk, audit, server) = setup();
    for tool in ["panics", "panics_blocking"] {
        for _ in 0..3 {
            let result = call(&server, &alice(), tool, json!({})).await;
            assert_eq!(code(&result), "internal", "concurrency is 1: the place must be free again");
            assert!(!serde_json::to_string(&result).unwrap().contains(CANARY));
            let record = only(&audit);
            assert_eq!((record.decision, record.stage, record.rule), (Decision::Failed, Stage::Body, "panic"));
            assert_eq!(record.cause.as_deref(), Some(&*format!("panic: {CANARY}")));
        }
    }
    assert_eq!(desk.ran(), 6);
    let result = call(&server, &alice(), "get_note", json!({"note": 903})).await;
    assert_eq!(code(&result), "internal", "a panic of the state's `load`");
    assert_eq!(only(&audit).cause.as_deref(), Some(&*format!("panic: {CANARY}")));
}

#[tokio::test(start_paused = true)]
async fn a_slow_body_ends_at_its_timeout() {
    let (desk, audit, server) = setup();
    for _ in 0..3 {
        let started = Instant::now();
        let result = call(&server, &alice(), "slow", json!({})).await;
        assert_eq!(code(&result), "timeout");
        assert!(started.elapsed() < Duration::from_secs(5));
        let record = only(&audit);
        assert_eq!((record.decision, record.stage, record.rule), (Decision::Failed, Stage::Limits, "timeout"));
    }
    assert_eq!((desk.ran(), desk.finished()), (3, 0), "an async body is dropped");
}

#[tokio::test]
async fn a_blocking_body_is_answered_at_its_timeout_and_keeps_its_place_until_it_ends() {
    let (desk, _, server) = setup();
    let alice = alice();
    desk.hold();
    let both = tokio::join!(
        call(&server, &alice, "slow_blocking", json!({})),
        call(&server, &alice, "slow_blocking", json!({})),
    );
    assert_eq!((code(&both.0), code(&both.1)), ("timeout".into(), "timeout".into()));
    assert_eq!(desk.finished(), 0, "the answer does not wait for the thread");
    assert_eq!(code(&call(&server, &alice, "slow_blocking", json!({})).await), "unavailable", "both places are taken");
    desk.release();
    until("both bodies to end", async || desk.finished() == 2).await;
    desk.hold();
    // A place is free a moment after its body's end.
    let mut third = String::new();
    until("a free place", async || {
        third = code(&call(&server, &alice, "slow_blocking", json!({})).await);
        third != "unavailable"
    })
    .await;
    assert_eq!(third, "timeout", "they are free again");
    desk.release();
}

#[tokio::test(start_paused = true)]
async fn a_store_that_hangs_is_bound_by_the_timeout_as_well() {
    let desk = Arc::new(Desk::default());
    let audit = Arc::new(MemorySink::new(10));
    let server = builder(&desk).default_timeout(Duration::from_millis(100)).audit(Arc::clone(&audit)).build().unwrap();
    assert_eq!(code(&call(&server, &alice(), "get_note", json!({"note": 904})).await), "timeout");
    assert_eq!(only(&audit).decision, Decision::Failed);
}

#[tokio::test(start_paused = true)]
async fn a_dropped_call_is_recorded_as_cancelled_and_frees_its_place() {
    let (desk, audit, server) = setup();
    let alice = alice();
    for _ in 0..3 {
        let dropped = timeout(Duration::from_millis(20), call(&server, &alice, "one_at_a_time", json!({})));
        assert!(dropped.await.is_err());
        let record = only(&audit);
        assert_eq!((record.decision, record.code), (Decision::Cancelled, Some(Code::Cancelled)));
        assert_eq!((record.stage, record.rule), (Stage::Body, "dropped"));
    }
    assert_eq!(code(&call(&server, &alice, "one_at_a_time", json!({})).await), "ok");
    assert_eq!((desk.ran(), desk.finished()), (4, 1));
}

#[tokio::test]
async fn a_full_tool_refuses_at_once_without_a_queue() {
    let (_, audit, server) = setup();
    let alice = alice();
    let two = tokio::join!(
        call(&server, &alice, "one_at_a_time", json!({})),
        call(&server, &alice, "one_at_a_time", json!({})),
    );
    assert_eq!((code(&two.0), code(&two.1)), ("ok".into(), "unavailable".into()));
    assert!(text(&two.1).contains("Try again in 1 s"));
    assert_eq!(audit.take().len(), 2);
}

#[tokio::test]
async fn only_the_public_part_of_a_failure_reaches_the_model() {
    let (_, audit, server) = setup();
    for (how, expected, said) in [
        ("not_found", "not_found", "There is no such object for this caller."),
        ("invalid", "invalid_arguments", "that day is a holiday"),
        ("conflict", "conflict", "it is paid already"),
        ("unavailable", "unavailable", "Try again in 2 s."),
        ("forbidden", "forbidden", "only on weekdays"),
        ("internal", "internal", "Internal error. Retrying"),
    ] {
        let result = call(&server, &alice(), "fails", json!({"how": how})).await;
        let record = only(&audit);
        assert_eq!(code(&result), expected);
        assert!(text(&result).contains(said), "{}", text(&result));
        assert!(text(&result).contains(&record.call_id.to_string()));
        assert!(!text(&result).contains(CANARY));
        assert_eq!((record.decision, record.stage), (Decision::Failed, Stage::Body));
        let cause = (how == "internal").then(|| format!("connection to {CANARY} lost"));
        assert_eq!(record.cause, cause);
    }
}

#[tokio::test]
async fn an_answer_over_the_limit_is_withheld() {
    let (_, audit, server) = setup();
    // `{"result":"…"}` takes 13 bytes besides the text, and both forms have to fit; the text form, `"…"`, is what counts as the output's size.
    let big = async |bytes: u32| call(&server, &alice(), "big", json!({"bytes": bytes})).await;
    assert_eq!(code(&big(1024 - 13).await), "ok");
    assert_eq!(only(&audit).output_bytes, 1024 - 13 + 2);
    let result = big(1024 - 12).await;
    assert_eq!(code(&result), "output_too_large");
    assert!(serde_json::to_string(&result).unwrap().len() < 400);
    let record = only(&audit);
    assert_eq!((record.stage, record.rule, record.output_bytes), (Stage::Release, "max_output", 0));
    assert_eq!(code(&big(1_000_000).await), "output_too_large");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_calls_at_once_are_a_thousand_answers_and_records() {
    let (_, audit, server) = setup();
    let calls: Vec<_> = (0..1000_u32)
        .map(|n| {
            let server = server.clone();
            // The store has notes 1 and 2 of alice, note 3 of bob, and no note 4.
            tokio::spawn(async move { code(&call(&server, &alice(), "get_note", json!({"note": 1 + n % 4})).await) })
        })
        .collect();
    let mut found = 0;
    for (n, call) in calls.into_iter().enumerate() {
        let expected = if n % 4 < 2 { "ok" } else { "not_found" };
        assert_eq!(within("a call", call).await.unwrap(), expected);
        found += usize::from(expected == "ok");
    }
    let records = audit.take();
    assert_eq!(records.len(), 1000);
    assert_eq!(records.iter().filter(|record| record.decision == Decision::Allowed).count(), found);
    let ids: std::collections::HashSet<_> = records.iter().map(|record| record.call_id).collect();
    assert_eq!(ids.len(), 1000);
}

/// A sink that can be broken.
#[derive(Default)]
struct Fragile {
    not_ready: AtomicBool,
    broken: AtomicBool,
    panics: AtomicBool,
}

impl AuditSink for Fragile {
    fn ready(&self) -> Result<(), AuditError> {
        if self.not_ready.load(Ordering::SeqCst) { Err(AuditError::new("full")) } else { Ok(()) }
    }

    fn record(&self, _record: AuditRecord) -> Result<(), AuditError> {
        assert!(!self.panics.load(Ordering::SeqCst), "a sink that panics");
        if self.broken.load(Ordering::SeqCst) { Err(AuditError::new("broken")) } else { Ok(()) }
    }
}

#[tokio::test]
async fn a_call_that_cannot_be_recorded_does_not_run() {
    for (failure, expected) in [(AuditFailure::Refuse, "unavailable"), (AuditFailure::Continue, "ok")] {
        let desk = Arc::new(Desk::default());
        let sink = Arc::new(Fragile::default());
        let server = builder(&desk).allow_writes().audit(Arc::clone(&sink)).on_audit_failure(failure).build().unwrap();
        let add = async || code(&call(&server, &alice(), "add_note", json!({"text": "t"})).await);
        assert_eq!(add().await, "ok");
        sink.not_ready.store(true, Ordering::SeqCst);
        assert_eq!(add().await, expected);
        let ran = if failure == AuditFailure::Refuse { 1 } else { 2 };
        assert_eq!(desk.ran(), ran, "a sink that is not ready keeps the body from running");
        sink.not_ready.store(false, Ordering::SeqCst);
        sink.broken.store(true, Ordering::SeqCst);
        assert_eq!(add().await, expected, "the answer is withheld");
        sink.broken.store(false, Ordering::SeqCst);
        sink.panics.store(true, Ordering::SeqCst);
        assert_eq!(add().await, expected);
        sink.panics.store(false, Ordering::SeqCst);
        assert_eq!(add().await, "ok");
    }
}

#[tokio::test]
async fn the_log_file_has_one_line_a_record_in_a_stable_form() {
    let path = std::env::temp_dir().join(format!("secure-tool-audit-{}.jsonl", std::process::id()));
    let _ = std::fs::remove_file(&path);
    for _ in 0..2 {
        let server = server(&Arc::new(Desk::default()), JsonLines::append(&path).unwrap()).unwrap();
        call(&server, &alice().with_tenant("acme\n"), "get_note", json!({"note": 3})).await;
        call(&server, &alice(), "echo", json!({"text": "two\nlines"})).await;
    }
    let log = std::fs::read_to_string(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    let records: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(records.len(), 4, "appended, one line each");
    let keys = [
        "version",
        "phase",
        "time",
        "call_id",
        "trace_id",
        "environment",
        "item_kind",
        "method",
        "tool",
        "tool_version",
        "caller",
        "tenant",
        "client",
        "actor",
        "issuer",
        "token_id",
        "key_id",
        "decision",
        "answered",
        "stage",
        "rule",
        "body",
        "owner",
        "skipped",
        "skipped_foreign",
        "canary",
        "degraded",
        "arguments",
        "asked",
        "confirmed_by",
        "code",
        "output_bytes",
        "masked",
        "cleaned",
        "inspected",
        "output",
        "duration_us",
        "cause",
        "repeated",
    ];
    for (record, line) in records.iter().zip(log.lines()) {
        let mut from = 0;
        for key in keys {
            from += line.split_at(from).1.find(&format!("\"{key}\":")).unwrap_or_else(|| panic!("{key} in {line}"));
        }
        assert_eq!(record.as_object().unwrap().len(), keys.len());
        assert_eq!((&record["version"], &record["phase"]), (&json!(2), &json!("call")));
    }
    assert_eq!(records[0]["tool_version"], "1.2");
    assert_eq!(records[0]["tenant"], "acme\n");
    assert_eq!(records[0]["arguments"], json!({"note": 3}));
    assert_eq!((&records[0]["owner"], &records[0]["code"]), (&json!("foreign"), &json!("not_found")));
    assert_eq!(records[1]["arguments"], json!({"text": {"string": 9}}));
}
