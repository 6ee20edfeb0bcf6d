//! Calls that were begun but did not run: they can be repeated.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use secure_tool::{AuditError, AuditRecord, AuditSink, Phase, store::WhenDown};
use secure_tool_testkit::until;
use secure_tool_tests::clients::{call_inside, code, text};
use serde_json::json;

use crate::{
    house::{House, Setup, builder, caller},
    nodes::ring,
    store::Broken,
};

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_is_dropped_while_it_begins_is_withdrawn() {
    for tool in ["pay", "pay_blocking"] {
        let store = Broken::new();
        let setup = Setup::with(|builder| builder.keys(ring(0, None)).shared(store.clone(), WhenDown::Refuse));
        let arguments = json!({"account": "alice", "request_id": "payment-1"});
        until("the store to be known", async || code(&setup.call("alice", "open", json!({})).await) == "ok").await;
        store.hold_beginnings();
        let given_up = tokio::spawn({
            let (server, arguments) = (setup.server.clone(), arguments.clone());
            async move { call_inside(&server, &caller("alice"), tool, arguments).await }
        });
        // It was begun in the store, which has not said so yet.
        until("the call to be begun", async || store.0.begun.load(Ordering::SeqCst) == 1).await;
        assert_eq!(code(&setup.call("alice", tool, arguments.clone()).await), "conflict");
        given_up.abort();
        store.0.begins.add_permits(1000);
        until("the call to be undone and made again", async || {
            code(&setup.call("alice", tool, arguments.clone()).await) == "ok"
        })
        .await;
        assert_eq!(setup.house.times(tool), 1);
    }
}

/// Takes no intents while it is told so.
#[derive(Default)]
struct Forgetful(AtomicBool);

impl AuditSink for Forgetful {
    fn record(&self, record: AuditRecord) -> Result<(), AuditError> {
        let refuses = self.0.load(Ordering::SeqCst) && record.phase == Phase::Intent;
        if refuses { Err(AuditError::new("the disk is full")) } else { Ok(()) }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_whose_intent_cannot_be_recorded_is_withdrawn() {
    for tool in ["pay", "pay_blocking"] {
        let (house, audit) = (Arc::new(House::default()), Arc::new(Forgetful::default()));
        let server = builder(&house).audit(Arc::clone(&audit)).build().unwrap();
        let arguments = json!({"account": "alice", "request_id": "payment-1"});
        audit.0.store(true, Ordering::SeqCst);
        assert_eq!(code(&call_inside(&server, &caller("alice"), tool, arguments.clone()).await), "unavailable");
        assert_eq!(house.times(tool), 0);
        audit.0.store(false, Ordering::SeqCst);
        until("the log to be written again, and the call to be made", async || {
            code(&call_inside(&server, &caller("alice"), tool, arguments.clone()).await) == "ok"
        })
        .await;
        assert_eq!(house.times(tool), 1);
    }
}

#[tokio::test]
async fn without_room_for_another_call_nothing_runs() {
    // As many calls are remembered of one caller.
    const MOST: usize = 8192;
    let setup = Setup::new();
    let say = |number: usize| json!({"bytes": 1, "request_id": format!("speech-{number:08}")});
    for number in 0..MOST {
        assert_eq!(code(&setup.call("alice", "say_much", say(number)).await), "ok", "{number}");
    }
    let refused = setup.call("alice", "say_much", say(MOST)).await;
    assert_eq!(code(&refused), "unavailable");
    assert!(text(&refused).contains("Nothing was done"), "{}", text(&refused));
    assert_eq!(setup.house.times("say_much"), MOST);
    // Nobody else notices, other tools give her no more room, and what is known stays known.
    assert_eq!(code(&setup.call("bob", "say_much", say(MOST)).await), "ok");
    assert_eq!(code(&setup.call("alice", "order", json!({"item": "tea"})).await), "unavailable");
    assert_eq!(code(&setup.call("alice", "say_much", say(0)).await), "ok");
    assert_eq!(setup.house.times("say_much"), MOST + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shared_store_without_room_does_not_count_as_down() {
    let store = Broken::new();
    let setup = Setup::with(|builder| builder.keys(ring(0, None)).shared(store.clone(), WhenDown::Refuse));
    assert_eq!(code(&setup.call("alice", "order", json!({"item": "tea"})).await), "ok");
    store.0.has_no_room.store(true, Ordering::SeqCst);
    for _ in 0..3 {
        assert_eq!(code(&setup.call("alice", "order", json!({"item": "milk"})).await), "unavailable");
        // The store was not taken for one that is down.
        assert_eq!(code(&setup.call("bob", "open", json!({})).await), "ok");
        assert_eq!(text(&setup.call("alice", "order", json!({"item": "tea"})).await), "order 1 of 1 tea");
    }
    assert_eq!(setup.house.times("order"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_store_is_down_nothing_runs() {
    for when_down in [WhenDown::Refuse, WhenDown::LimitLocally] {
        let store = Broken::new();
        let setup = Setup::with(|builder| builder.keys(ring(0, None)).shared(store.clone(), when_down));
        assert_eq!(code(&setup.call("alice", "order", json!({"item": "tea"})).await), "ok");
        store.0.all_fails.store(true, Ordering::SeqCst);
        for _ in 0..2 {
            assert_eq!(code(&setup.call("alice", "order", json!({"item": "milk"})).await), "unavailable");
        }
        assert_eq!(setup.house.times("order"), 1);
        if when_down == WhenDown::LimitLocally {
            // What does not ask whether it was called before goes on.
            assert_eq!(code(&setup.call("alice", "open", json!({})).await), "ok");
        }
        store.0.all_fails.store(false, Ordering::SeqCst);
        until("the store to be back", async || {
            code(&setup.call("alice", "order", json!({"item": "milk"})).await) == "ok"
        })
        .await;
        assert_eq!(setup.house.times("order"), 2);
    }
}
