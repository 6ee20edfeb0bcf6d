//! What an answer is valid for: the call that was confirmed, once, for a limited time, and for unchanged objects.

use std::{sync::Arc, time::Duration};

use rmcp::model::{CallToolRequestParams, CallToolResponse, CallToolResult};
use secure_tool::{Decision, Question, Stage};
use secure_tool_testkit::{until, within};
use secure_tool_tests::{
    clients::{ALICE, BOB, call, call_once, code, connect_by_pipe},
    ends,
    person::{Person, Says},
};
use serde_json::json;

use crate::vault::{Rounds, Setup, http, keeper, last, object, setup, with, yes};

#[tokio::test]
async fn a_state_is_valid_for_one_call_of_one_caller() {
    let Setup { vault, audit, server } = setup();
    let http = http(&server).await;
    let (mut alice, text, state) = Rounds::begin(&http, ALICE, "burn_slowly", json!({"parcel": 1})).await;
    assert_eq!(text, "Burn 1 {slowly}?");
    drop(audit.take());
    let refused = |result: &CallToolResult, rule: &str| {
        assert_eq!(code(result), "confirmation_required", "{rule}");
        let record = last(&audit);
        assert_eq!((record.decision, record.stage, record.rule), (Decision::Refused, Stage::Confirmation, rule));
        assert_eq!(vault.ran(), 0, "{rule}");
    };

    let tampered: String = state.chars().rev().collect();
    refused(&alice.answer(&tampered, yes()).await, "tampered");
    refused(&alice.answer("", yes()).await, "tampered");
    refused(&alice.answer(&format!("{state}A"), yes()).await, "tampered");

    // Bob shows alice's state, for a parcel of his own.
    let (bob, ..) = Rounds::begin(&http, BOB, "burn_slowly", json!({"parcel": 3})).await;
    refused(&bob.answer(&state, yes()).await, "other_caller");
    // Alice shows it with other arguments, and to another tool.
    alice.arguments = json!({"parcel": 2});
    refused(&alice.answer(&state, yes()).await, "other_arguments");
    (alice.tool, alice.arguments) = ("burn_parcel", json!({"parcel": 1}));
    refused(&alice.answer(&state, yes()).await, "other_tool");
    // An operator's tool takes no client's word.
    alice.tool = "burn_officially";
    assert!(
        tokio::time::timeout(Duration::from_millis(200), alice.once(Some(state.clone()), Some(yes()))).await.is_err(),
        "it waits for the operator"
    );
    until("the record of the call that was given up", async || !audit.records().is_empty()).await;

    // What it is good for, and then no more; also not for a hundred at once.
    (alice.tool, alice.arguments) = ("burn_slowly", json!({"parcel": 1}));
    assert_eq!(code(&alice.answer(&state, yes()).await), "ok");
    assert_eq!(vault.left(), [2, 3]);
    drop(audit.take());
    assert_eq!(code(&alice.answer(&state, yes()).await), "not_found", "ownership is checked again on the retry");
    vault.give(2, "alice");
    alice.arguments = json!({"parcel": 2});
    let (again, _, state) = Rounds::begin(&http, ALICE, "burn_slowly", json!({"parcel": 2})).await;
    drop(audit.take());
    let answers = futures_join(&again, &state, 20).await;
    assert_eq!(answers.iter().filter(|code| *code == "ok").count(), 1, "{answers:?}");
    assert_eq!((vault.ran(), vault.left()), (2, vec![3]));
    let records = ends(audit.take());
    assert_eq!(records.len(), 20);
    assert!(records.iter().all(|record| ["allowed", "replayed", "absent"].contains(&record.rule)), "{records:#?}");
}

async fn futures_join(rounds: &Rounds, state: &str, times: usize) -> Vec<String> {
    let tries = (0..times).map(|_| rounds.answer(state, yes()));
    let mut tries: Vec<_> = tries.map(Box::pin).collect();
    let mut codes = Vec::new();
    std::future::poll_fn(|context| {
        tries.retain_mut(|one| match one.as_mut().poll(context) {
            std::task::Poll::Ready(result) => {
                codes.push(code(&result));
                false
            }
            std::task::Poll::Pending => true,
        });
        if tries.is_empty() { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
    codes
}

#[tokio::test]
async fn the_same_call_in_another_form_is_the_one_that_was_confirmed() {
    let Setup { vault, audit, server } = setup();
    let http = http(&server).await;
    let (mut alice, _, state) = Rounds::begin(&http, ALICE, "burn_parcel", json!({"parcel": 1.0})).await;
    // A client that writes its numbers and what it leaves out in another way answers for the same call, and for no other.
    alice.arguments = json!({"parcel": 2.0});
    let other = alice.answer(&state, yes()).await;
    assert_eq!((code(&other).as_str(), last(&audit).rule), ("confirmation_required", "other_arguments"));
    alice.arguments = json!({"parcel": 1, "reason": null});
    assert_eq!(code(&alice.answer(&state, yes()).await), "ok");
    assert_eq!(last(&audit).arguments.unwrap().as_json(), r#"{"parcel":1}"#);
    assert_eq!(vault.left(), [2, 3]);
}

#[tokio::test]
async fn a_no_consumes_the_question_and_a_missing_answer_is_not_a_yes() {
    let Setup { vault, audit, server } = setup();
    let http = http(&server).await;
    for (answer, code_is, rule) in [
        (json!({"action": "decline"}), "declined", "declined"),
        (json!({"action": "accept"}), "declined", "declined"),
        (json!({"action": "accept", "content": {"confirm": "true"}}), "declined", "declined"),
        (json!({"action": "accept", "content": {"confirm": true}, "action2": 1, "x": []}), "ok", "allowed"),
        (json!("yes"), "declined", "declined"),
    ] {
        let (alice, _, state) = Rounds::begin(&http, ALICE, "name_parcels", json!({"parcels": [1], "name": "a"})).await;
        let result = alice.answer(&state, answer.clone()).await;
        assert_eq!((code(&result).as_str(), last(&audit).rule), (code_is, rule), "{answer}");
        let again = alice.answer(&state, yes()).await;
        assert_eq!((code(&again).as_str(), last(&audit).rule), ("confirmation_required", "replayed"), "{answer}");
    }
    let (alice, _, state) = Rounds::begin(&http, ALICE, "name_parcels", json!({"parcels": [1], "name": "a"})).await;
    let CallToolResponse::Complete(result) = alice.once(Some(state), None).await else { panic!("asked again") };
    assert_eq!((code(&result).as_str(), last(&audit).rule), ("confirmation_required", "unanswered"));
    assert_eq!(vault.ran(), 1);
}

#[tokio::test]
async fn a_question_can_be_answered_for_a_while() {
    let Setup { vault, audit, server } = with(|builder| builder.confirmation_timeout(Duration::from_millis(300)));
    let http = http(&server).await;
    let (alice, _, state) = Rounds::begin(&http, ALICE, "burn_slowly", json!({"parcel": 1})).await;
    tokio::time::sleep(Duration::from_millis(350)).await;
    let late = alice.answer(&state, yes()).await;
    assert_eq!((code(&late).as_str(), last(&audit).rule, vault.ran()), ("confirmation_required", "expired", 0));
    // An older client is not waited for any longer either.
    let keeper = Arc::unwrap_or_clone(keeper(secure_tool_tests::alice()));
    let client = connect_by_pipe(&server, keeper, Person::who(Says::Nothing)).await.unwrap();
    let unanswered = call(&client, "burn_slowly", json!({"parcel": 1})).await.unwrap();
    assert_eq!((code(&unanswered).as_str(), last(&audit).rule, vault.ran()), ("confirmation_required", "timeout", 0));
}

#[tokio::test]
async fn a_call_ends_if_something_changes_after_the_question() {
    let Setup { vault, audit, server } = setup();
    let http = http(&server).await;
    // The object has changed since: the person saw something else.
    let (alice, text, state) = Rounds::begin(&http, ALICE, "burn_parcel", json!({"parcel": 1})).await;
    assert_eq!(text, "Burn “parcel 1 (books)”, because (none)?");
    vault.relabel(1, "the only copy");
    let changed = alice.answer(&state, yes()).await;
    let record = last(&audit);
    assert_eq!((code(&changed).as_str(), record.rule, vault.ran()), ("conflict", "changed", 0));
    assert_eq!(record.confirmed_by, None, "the yes was to another question");
    // It belongs to somebody else since.
    let (alice, _, state) = Rounds::begin(&http, ALICE, "burn_parcel", json!({"parcel": 2})).await;
    vault.give(2, "bob");
    let foreign = alice.answer(&state, yes()).await;
    assert_eq!((code(&foreign).as_str(), last(&audit).rule, vault.ran()), ("not_found", "foreign", 0));
    // The tool is switched off since.
    let (alice, _, state) = Rounds::begin(&http, ALICE, "burn_parcel", json!({"parcel": 1})).await;
    server.switches().disable("burn_parcel").unwrap();
    let mut params = CallToolRequestParams::new("burn_parcel").with_arguments(object(json!({"parcel": 1})));
    params.request_state = Some(state);
    params.input_responses = Some([("confirm".to_owned(), yes())].into());
    assert!(call_once(&alice.client, params).await.is_err());
    assert_eq!((last(&audit).rule, vault.ran()), ("disabled", 0));
}

#[tokio::test]
async fn an_object_in_another_version_is_another_object() {
    let Setup { vault, audit, server } = setup();
    let http = http(&server).await;
    // It has changed in a way that it does not show: it says the same of itself, or nothing at all.
    for tool in ["burn_parcel", "burn_slowly"] {
        let (alice, _, state) = Rounds::begin(&http, ALICE, tool, json!({"parcel": 1})).await;
        vault.touch(1);
        let changed = alice.answer(&state, yes()).await;
        assert_eq!((code(&changed).as_str(), last(&audit).rule, vault.ran()), ("conflict", "changed", 0), "{tool}");
    }
    // So has one that the question names among others.
    let parcels = json!({"parcels": [1, 2], "name": "a"});
    let (alice, _, state) = Rounds::begin(&http, ALICE, "name_parcels", parcels.clone()).await;
    vault.touch(2);
    let changed = alice.answer(&state, yes()).await;
    assert_eq!((code(&changed).as_str(), last(&audit).rule, vault.ran()), ("conflict", "changed", 0));
    // It changes while the person reads, in the middle of a call.
    let ask = async |_: Question| {
        vault.touch(1);
        true
    };
    let caller = keeper(secure_tool_tests::alice());
    let call = server.call_asking(&caller, "burn_parcel", object(json!({"parcel": 1})), ask);
    let changed = within("the call", call).await;
    assert_eq!((code(&changed).as_str(), last(&audit).rule, vault.ran()), ("conflict", "changed", 0));
    // What has not changed is what was confirmed.
    let (alice, _, state) = Rounds::begin(&http, ALICE, "name_parcels", parcels).await;
    assert_eq!(code(&alice.answer(&state, yes()).await), "ok");
}
