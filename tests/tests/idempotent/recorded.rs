//! The record of a call that is interrupted while it reports its end to the store.

use std::sync::atomic::Ordering;

use secure_tool::{Answered, BodyState, Decision, Phase, store::WhenDown};
use secure_tool_testkit::{until, within};
use secure_tool_tests::clients::{call_inside, code};
use serde_json::json;

use crate::{
    house::{Setup, caller},
    nodes::ring,
    store::Broken,
};

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_has_ended_is_recorded_as_ended_although_its_call_is_cut() {
    let store = Broken::new();
    let setup = Setup::with(|builder| builder.keys(ring(0, None)).shared(store.clone(), WhenDown::Refuse));
    until("the store to be known", async || code(&setup.call("alice", "open", json!({})).await) == "ok").await;
    store.hold_ends();
    let cut = tokio::spawn({
        let server = setup.server.clone();
        async move { call_inside(&server, &caller("alice"), "order", json!({"item": "tea"})).await }
    });
    until("the store to be told", async || store.0.finishing.load(Ordering::SeqCst) == 1).await;
    setup.server.switches().halt();
    assert_eq!(code(&within("the call to be cut", cut).await.unwrap()), "outcome_unknown");
    let record = setup.last();
    assert_eq!(
        (record.phase, record.body, record.answered),
        (Phase::Outcome, BodyState::Ended, Some(Answered::Halted))
    );
    assert_eq!(
        (record.decision, record.output_bytes),
        (Decision::Allowed, 0),
        "it did what it was to do, and said nothing"
    );
    assert_eq!(setup.house.times("order"), 1);
}
