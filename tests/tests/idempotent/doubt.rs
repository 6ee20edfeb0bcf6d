//! Calls whose end is unknown: they never run again.

use std::sync::atomic::Ordering;

use secure_tool::{Decision, Stage, store::WhenDown};
use secure_tool_testkit::until;
use secure_tool_tests::clients::{call, code, text};
use serde_json::{Value, json};

use crate::{house::Setup, nodes::ring, store::Broken};

/// While the lease lasts the call may still be running; from then on it is in doubt, and it has run once.
async fn comes_to_be_in_doubt(setup: &Setup, tool: &'static str, arguments: &Value) {
    let mut conflicts = 0;
    until("the call to be in doubt", async || {
        let result = setup.call("alice", tool, arguments.clone()).await;
        // The first call may be recorded later than this one.
        let record = setup.record_of(&result);
        match &*code(&result) {
            "conflict" => {
                conflicts += 1;
                // Beyond ten, some of which may have come before, a refusal has no record of its own.
                assert!(conflicts > 5 || record.is_some());
                assert!(record.is_none_or(|record| record.rule == "running"));
                false
            }
            other => {
                assert_eq!(other, "outcome_unknown");
                assert!(text(&result).contains("Do not repeat the call"), "{}", text(&result));
                let ended = record.map(|record| (record.decision, record.stage, record.rule));
                assert_eq!(ended, Some((Decision::Refused, Stage::Idempotency, "in_doubt")));
                true
            }
        }
    })
    .await;
    assert_eq!(setup.house.times(tool), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_failed_internally_panicked_or_timed_out_is_in_doubt() {
    for (how, first) in [("internal", "internal"), ("panic", "outcome_unknown"), ("late", "outcome_unknown")] {
        let setup = Setup::new();
        let arguments = json!({"how": how, "request_id": "failure-1"});
        assert_eq!(code(&setup.call("alice", "fail", arguments.clone()).await), first, "{how}");
        comes_to_be_in_doubt(&setup, "fail", &arguments).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_has_gone_leaves_a_call_in_doubt() {
    let setup = Setup::new();
    let http = setup.http().await;
    let client = http.connect("alice").await.unwrap();
    let arguments = json!({"how": "late", "request_id": "failure-1"});
    let gone = tokio::spawn({
        let arguments = arguments.clone();
        async move { call(&client, "fail", arguments).await }
    });
    until("the call to run", async || setup.house.times("fail") == 1).await;
    gone.abort();
    comes_to_be_in_doubt(&setup, "fail", &arguments).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_ends_after_its_timeout_ends_the_doubt() {
    let setup = Setup::new();
    let arguments = json!({"request_id": "block-0001"});
    assert_eq!(code(&setup.call("alice", "block_long", arguments.clone()).await), "outcome_unknown");
    comes_to_be_in_doubt(&setup, "block_long", &arguments).await;
    setup.house.unblock();
    until("the truth", async || {
        let result = setup.call("alice", "block_long", arguments.clone()).await;
        match &*code(&result) {
            "ok" => text(&result) == "blocked 1",
            other => {
                assert_eq!(other, "outcome_unknown");
                false
            }
        }
    })
    .await;
    assert_eq!(setup.house.times("block_long"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_answer_of_a_blocking_body_is_kept_even_if_its_client_has_left() {
    let setup = Setup::new();
    let arguments = json!({"request_id": "block-0001"});
    let server = setup.server.clone();
    let gone = tokio::spawn({
        let arguments = arguments.as_object().unwrap().clone();
        async move {
            let alice = std::sync::Arc::new(crate::house::caller("alice"));
            drop(server.call(&alice, "block_long", arguments).await);
        }
    });
    until("the call to run", async || setup.house.times("block_long") == 1).await;
    gone.abort();
    setup.house.unblock();
    until("the answer", async || text(&setup.call("alice", "block_long", arguments.clone()).await) == "blocked 1")
        .await;
    assert_eq!(setup.house.times("block_long"), 1);
}

/// As if the process had ended between the body and the word that it has.
#[tokio::test(flavor = "multi_thread")]
async fn a_call_whose_end_did_not_reach_the_store_is_in_doubt() {
    let store = Broken::new();
    let setup = Setup::with(|builder| builder.keys(ring(0, None)).shared(store.clone(), WhenDown::Refuse));
    store.0.loses_ends.store(true, Ordering::SeqCst);
    let arguments = json!({"how": "conflict", "request_id": "failure-1"});
    // It has happened, and its answer leaves.
    assert!(text(&setup.call("alice", "fail", arguments.clone()).await).contains("it is paid"));
    store.0.loses_ends.store(false, Ordering::SeqCst);
    until("the store to be back", async || {
        code(&setup.call("alice", "fail", arguments.clone()).await) != "unavailable"
    })
    .await;
    comes_to_be_in_doubt(&setup, "fail", &arguments).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_room_for_an_answer_the_store_still_remembers_that_the_call_ended() {
    let store = Broken::new();
    let setup = Setup::with(|builder| builder.keys(ring(0, None)).shared(store.clone(), WhenDown::Refuse));
    store.0.is_full.store(true, Ordering::SeqCst);
    let arguments = json!({"account": "alice", "request_id": "payment-1"});
    assert_eq!(code(&setup.call("alice", "pay", arguments.clone()).await), "ok");
    let again = setup.call("alice", "pay", arguments).await;
    assert_eq!((code(&again), setup.last().rule), ("conflict".into(), "not_kept"));
    assert_eq!(setup.house.times("pay"), 1);
}
