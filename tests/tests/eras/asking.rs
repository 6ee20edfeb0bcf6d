//! How a client of each era is asked, and whose answer counts.

use std::sync::{Arc, atomic::Ordering};

use secure_tool::{Decision, prelude::*};
use secure_tool_testkit::until;
use secure_tool_tests::{
    clients::{call, code, http_client, message},
    person::{Person, Says},
};
use serde_json::{Value, json};

use crate::house::*;

#[tokio::test]
async fn http_before_2026_asks_on_the_stream_of_the_response() {
    for (says, expected) in [(Says::Yes, "ok"), (Says::No, "declined"), (Says::Unticked, "declined")] {
        let setup = setup().await;
        let person = Person::who(says);
        let client = setup.http.connect_legacy_as("alice", person.clone()).await.unwrap();
        assert_eq!(code(&call(&client, "burn_letters", json!({})).await.unwrap()), expected, "{says:?}");
        assert_eq!(person.asked(), ["Burn them?"]);
        assert_eq!(setup.house.burnt.load(Ordering::SeqCst), usize::from(says == Says::Yes));
        setup.recorded().await;
    }
}

#[tokio::test]
async fn an_answer_counts_once_in_its_session_and_for_its_question() {
    for revision in ["2025-06-18", "2025-11-25"] {
        let setup = setup().await;
        let mine = setup.session("alice", revision, forms()).await;
        let others = setup.session("alice", revision, forms()).await;
        let bobs = setup.session("bob", revision, forms()).await;
        let response = setup.send("alice", &mine, &calling("c", "burn_letters")).await.unwrap();
        assert_eq!(response.status(), 200);
        let mut events = Events::begin(response);
        let question = events.next().await.unwrap();
        assert_eq!(
            (&question["method"], &question["params"]["message"]),
            (&json!("elicitation/create"), &json!("Burn them?"))
        );
        let yes = |id: &Value| {
            json!({"jsonrpc": "2.0", "id": id,
            "result": {"action": "accept", "content": {"confirm": true}}})
        };
        let status = async |name: &str, session: &str, body: Value| {
            setup.send(name, session, &body).await.unwrap().status().as_u16()
        };
        let id = question["id"].clone();
        assert!(id.as_str().unwrap().len() > 30, "it cannot be guessed: {id}");
        assert_eq!(status("alice", &others, yes(&id)).await, 400, "another session of the same principal");
        assert_eq!(status("bob", &bobs, yes(&id)).await, 400, "another principal");
        assert_eq!(status("bob", &mine, yes(&id)).await, 404, "another principal with a stolen session");
        assert_eq!(status("alice", &mine, yes(&json!("ask-0"))).await, 400, "another question");
        assert_eq!(setup.house.burnt.load(Ordering::SeqCst), 0);
        assert_eq!(status("alice", &mine, yes(&id)).await, 202);
        let answer = events.next().await.unwrap();
        assert_eq!((&answer["id"], &answer["result"]["isError"]), (&json!("c"), &json!(false)));
        assert!(events.next().await.is_none(), "the stream ends with the response");
        assert_eq!(status("alice", &mine, yes(&id)).await, 400, "once");
        assert_eq!(setup.house.burnt.load(Ordering::SeqCst), 1);
    }
}

#[tokio::test]
async fn an_answer_or_a_cancellation_of_another_revision_is_refused() {
    let setup = setup().await;
    let session = setup.session("alice", "2025-11-25", forms()).await;
    let mut events = Events::begin(setup.send("alice", &session, &calling("c", "burn_letters")).await.unwrap());
    let id = events.next().await.unwrap()["id"].clone();
    let yes = json!({"jsonrpc": "2.0", "id": id, "result": {"action": "accept", "content": {"confirm": true}}});
    for (revision, body) in [("2026-07-28", &yes), ("2025-06-18", &yes), ("2025-06-18", &cancelling(&json!("c")))] {
        let request = setup.http.post(Some("alice"), body.to_string()).header("mcp-session-id", &session);
        let mut request = request.build().unwrap();
        request.headers_mut().insert("mcp-protocol-version", revision.parse().unwrap());
        assert_eq!(http_client().execute(request).await.unwrap().status(), 400, "{revision}");
    }
    assert_eq!(setup.house.burnt.load(Ordering::SeqCst), 0);
    assert_eq!(setup.send("alice", &session, &yes).await.unwrap().status(), 202);
    assert_eq!(events.next().await.unwrap()["result"]["isError"], json!(false));
}

#[tokio::test]
async fn a_client_that_cannot_be_asked_gets_the_actual_reason() {
    let setup = setup().await;
    let without_forms = setup.session("alice", "2025-11-25", json!({})).await;
    let answer: Value =
        setup.send("alice", &without_forms, &calling(1, "burn_letters")).await.unwrap().json().await.unwrap();
    assert!(
        answer["result"]["content"][0]["text"].as_str().unwrap().contains("it does not support elicitation"),
        "{answer}"
    );
    let answer: Value =
        setup.http.post(Some("alice"), message("burn_letters", &json!({}))).send().await.unwrap().json().await.unwrap();
    assert!(
        answer["result"]["content"][0]["text"].as_str().unwrap().contains("does not belong to a session"),
        "{answer}"
    );
    assert_eq!(setup.house.burnt.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn an_error_or_a_broken_stream_is_not_a_yes() {
    let setup = setup().await;
    let session = setup.session("alice", "2025-11-25", forms()).await;
    let mut events = Events::begin(setup.send("alice", &session, &calling(1, "burn_letters")).await.unwrap());
    let id = events.next().await.unwrap()["id"].clone();
    let error = json!({"jsonrpc": "2.0", "id": id, "error": {"code": -1, "message": "no"}});
    assert_eq!(setup.send("alice", &session, &error).await.unwrap().status(), 202);
    assert!(events.next().await.unwrap()["result"]["isError"].as_bool().unwrap());
    setup.recorded().await;
    // Nobody could answer on a stream that is gone, and the guard does not wait for it.
    let mut events = Events::begin(setup.send("alice", &session, &calling(2, "burn_letters")).await.unwrap());
    let id = events.next().await.unwrap()["id"].clone();
    drop(events);
    assert_eq!(setup.recorded().await.decision, Decision::Cancelled);
    let yes = json!({"jsonrpc": "2.0", "id": id, "result": {"action": "accept", "content": {"confirm": true}}});
    assert_eq!(setup.send("alice", &session, &yes).await.unwrap().status(), 400);
    assert_eq!(setup.house.burnt.load(Ordering::SeqCst), 0);
}

/// A key that is there twice, in a message as in what a person answers.
#[tokio::test]
async fn a_message_with_a_duplicate_key_is_refused() {
    let setup = setup().await;
    let call = message("wait", &json!({"x": 0})).replace(r#""x":0"#, r#""x":0,"x":1"#);
    let response = setup.http.post(Some("alice"), call).send().await.unwrap();
    assert_eq!(response.status(), 200);
    let answer: Value = response.json().await.unwrap();
    assert_eq!((&answer["id"], &answer["error"]["code"]), (&json!(1), &json!(-32602)), "{answer}");
    assert!(answer["error"]["message"].as_str().unwrap().contains("the same key twice"));
    setup.house.doors.add_permits(1);
    let call = message("wait", &json!({}));
    assert!(setup.http.post(Some("alice"), call).send().await.unwrap().text().await.unwrap().contains("waited"));
    assert_eq!(
        setup.recorded().await.decision,
        Decision::Allowed,
        "of the other there is no record: it was no message"
    );
}

#[tokio::test]
async fn an_operator_cannot_approve_a_call_that_is_gone() {
    for gone in ["cancelled", "disconnected", "disconnected at 2026-07-28"] {
        let setup = setup().await;
        let session = setup.session("alice", "2025-11-25", json!({})).await;
        let waits = if gone.ends_with("2026-07-28") {
            let request = setup.http.post_modern(Some("alice"), "burn_books", "burn_books", &json!({}));
            tokio::spawn(async move { request.send().await.unwrap() })
        } else {
            setup.send("alice", &session, &calling(1, "burn_books"))
        };
        until("the call to wait", async || setup.approvals.list().len() == 1).await;
        let id = setup.approvals.list()[0].id;
        if gone == "cancelled" {
            setup.send("alice", &session, &cancelling(&json!(1))).await.unwrap();
        } else {
            waits.abort();
        }
        until("the call to leave the list", async || setup.approvals.list().is_empty()).await;
        assert!(setup.approvals.approve(id, &Arc::new(Caller::new("olga"))).is_err(), "{gone}");
        assert_eq!(setup.recorded().await.decision, Decision::Cancelled, "{gone}");
        assert_eq!(setup.house.burnt.load(Ordering::SeqCst), 0, "{gone}");
    }
}
