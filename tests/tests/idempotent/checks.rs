//! The checks that a repeated call passes before the kept answer is sent again.

use std::time::{Duration, SystemTime};

use rmcp::model::{CallToolRequestParams, CallToolResponse};
use secure_tool::{Decision, Stage};
use secure_tool_tests::{
    clients::{call, call_once, code, text},
    person::{Person, Says},
};
use serde_json::{Value, json};

use crate::house::{Setup, seen};

fn payment() -> Value {
    json!({"account": "alice", "request_id": "payment-1"})
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kept_answer_is_not_sent_to_a_caller_who_may_no_longer_make_the_call() {
    let setup = Setup::new();
    let http = setup.http().await;
    for (transport, client) in &setup.clients(&http).await {
        let first = call(client, "pay", payment()).await.unwrap();
        assert_eq!(code(&first), "ok");

        setup.house.give_away("alice", "bob");
        let refused = call(client, "pay", payment()).await.unwrap();
        assert_eq!((code(&refused), setup.last().stage), ("not_found".into(), Stage::Owner), "{transport}");
        // Word for word what is told of an account that is not there.
        let other = call(client, "pay", json!({"account": "nobody", "request_id": "payment-2"})).await.unwrap();
        assert_eq!(seen(&refused), seen(&other));
        setup.house.give_away("alice", "alice");
        assert_eq!(code(&call(client, "pay", payment()).await.unwrap()), "ok", "{transport}");

        setup.server.switches().disable("pay").unwrap();
        assert!(call(client, "pay", payment()).await.is_err(), "{transport}");
        setup.server.switches().enable("pay").unwrap();
    }
    // The new owner has not made the call.
    setup.house.give_away("alice", "bob");
    assert_eq!(code(&setup.call("bob", "pay", payment()).await), "ok");
    assert_eq!(setup.house.times("pay"), 2);
    setup.house.give_away("alice", "alice");

    assert_eq!(code(&setup.call("unscoped", "pay", payment()).await), "insufficient_scope");
    let later = SystemTime::now() + Duration::from_secs(600);
    setup.server.revocations().revoke_subject(Some("acme"), "alice", later).unwrap();
    assert_eq!(code(&setup.call("alice", "pay", payment()).await), "unauthenticated");
    assert_eq!(setup.last().decision, Decision::Refused);
    assert_eq!(setup.house.times("pay"), 2);
}

#[tokio::test]
async fn a_link_to_a_resource_that_the_caller_can_no_longer_read_is_left_out() {
    let setup = Setup::new();
    let count = |shown: Value| shown.to_string().matches("house://rules").count();
    assert_eq!(count(seen(&setup.call("alice", "pay", payment()).await)), 1);
    assert_eq!(count(seen(&setup.call("alice", "pay", payment()).await)), 1);
    let without = setup.call("illiterate", "pay", payment()).await;
    assert_eq!((code(&without), count(seen(&without))), ("ok".into(), 0));
    assert_eq!(setup.house.times("pay"), 1);
}

#[tokio::test]
async fn an_answer_from_the_override_scope_is_not_sent_without_it() {
    let setup = Setup::with(|builder| builder.override_scope("support"));
    for _ in 0..2 {
        assert_eq!(code(&setup.call("helper", "close_all", json!({})).await), "ok");
    }
    assert!(setup.last().repeated);
    let refused = setup.call("alice", "close_all", json!({})).await;
    assert_eq!((code(&refused), setup.last().rule), ("conflict".into(), "not_kept"));
    assert!(!seen(&refused).to_string().contains("bob"));
    assert_eq!(code(&setup.call("helper", "close_all", json!({})).await), "ok");
    assert_eq!(setup.house.times("close_all"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_is_asked_once() {
    let setup = Setup::new();
    let http = setup.http().await;
    let arguments = json!({"account": "alice", "request_id": "sale-0001"});

    let no = Person::who(Says::No);
    let client = http.connect_as("alice", no.clone()).await.unwrap();
    for _ in 0..2 {
        assert_eq!(code(&call(&client, "sell", arguments.clone()).await.unwrap()), "declined");
    }
    // What was refused was never begun.
    assert_eq!((no.asked().len(), setup.house.times("sell")), (2, 0));

    let yes = Person::who(Says::Yes);
    for client in [
        http.connect_as("alice", yes.clone()).await.unwrap(),
        http.connect_legacy_as("alice", yes.clone()).await.unwrap(),
    ] {
        for _ in 0..2 {
            assert_eq!(text(&call(&client, "sell", arguments.clone()).await.unwrap()), "sale 1");
        }
    }
    assert_eq!((yes.asked().len(), setup.house.times("sell")), (1, 1));
    let record = setup.last();
    assert!(record.repeated && record.confirmed_by.is_none(), "{record:?}");

    // Values that a person gives are asked for once as well, whatever they would be now.
    let writer = Person::giving(json!({"letter": "hello"}));
    let client = http.connect_as("alice", writer.clone()).await.unwrap();
    let arguments = json!({"request_id": "letter-0001"});
    for _ in 0..2 {
        assert_eq!(text(&call(&client, "send", arguments.clone()).await.unwrap()), "letter 2: hello");
    }
    assert_eq!((writer.asked().len(), setup.house.times("send")), (1, 1));
}

/// A client of protocol 2026-07-28 that loses the answer to its confirmed call sends the same request once more, with the state that has counted.
#[tokio::test(flavor = "multi_thread")]
async fn a_confirmed_call_can_be_sent_again_unchanged() {
    let setup = Setup::new();
    let http = setup.http().await;
    let client = http.connect_as("alice", Person::who(Says::Yes)).await.unwrap();
    let arguments = json!({"account": "alice", "request_id": "sale-0001"});
    let mut params = CallToolRequestParams::new("sell").with_arguments(arguments.as_object().unwrap().clone());
    let Ok(CallToolResponse::InputRequired(asked)) = call_once(&client, params.clone()).await else { panic!() };
    params.request_state = asked.request_state;
    let yes = json!({"action": "accept", "content": {"confirm": true}});
    params.input_responses = Some([("confirm".to_owned(), yes)].into());
    for _ in 0..3 {
        let Ok(CallToolResponse::Complete(result)) = call_once(&client, params.clone()).await else { panic!() };
        assert_eq!(text(&result), "sale 1");
    }
    assert_eq!(setup.house.times("sell"), 1);
}
