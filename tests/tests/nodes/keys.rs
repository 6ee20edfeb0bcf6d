//! Sealed data of one node can be opened by another node with the same secret, and by no other.

use std::sync::Arc;

use secure_tool_tests::clients::code;

use crate::company::{Company, answer, ask, node, ring};

const OLD: u8 = 0;
const NEW: u8 = 100;

#[tokio::test]
async fn a_question_of_one_node_can_be_answered_at_another_one_with_the_same_secret() {
    let company = Arc::new(Company::default());
    let (here, there) = (node(&company, Some(ring(OLD, None))).await, node(&company, Some(ring(OLD, None))).await);
    let (asked_at, answers_at) = (here.connect("alice").await, there.connect("alice").await);
    let bob = there.connect("bob").await;
    let state = ask(&asked_at).await;
    assert_eq!(code(&answer(&bob, &state).await), "confirmation_required");
    assert_eq!(answer(&answers_at, &state).await.is_error, Some(false));
    assert_eq!(company.burnt(), 1);
    assert_eq!(code(&answer(&answers_at, &state).await), "confirmation_required");
    assert_eq!(company.burnt(), 1, "it counts once at that node");
}

#[tokio::test]
async fn a_question_survives_a_change_of_the_secret_until_the_old_one_is_dropped() {
    let company = Arc::new(Company::default());
    let nodes = [(OLD, None), (OLD, Some(NEW)), (NEW, Some(OLD)), (NEW, None)];
    let mut clients = Vec::new();
    for (current, previous) in nodes {
        let node = node(&company, Some(ring(current, previous))).await;
        clients.push((node.connect("alice").await, node));
    }
    for (index, (asks, _)) in clients.iter().enumerate() {
        for (other, (answers, node)) in clients.iter().enumerate() {
            let state = ask(asks).await;
            let before = company.burnt();
            let answer = answer(answers, &state).await;
            // Nodes that are one step of the change apart understand each other.
            if index.abs_diff(other) <= 1 {
                assert_eq!((answer.is_error, company.burnt()), (Some(false), before + 1), "{index} {other}");
            } else if index.abs_diff(other) == 3 {
                assert_eq!((&*code(&answer), company.burnt()), ("confirmation_required", before), "{index} {other}");
                assert_eq!(node.audit.records().last().unwrap().rule, "tampered");
            }
        }
    }
}

#[tokio::test]
async fn without_the_secret_a_node_refuses_questions_and_sessions_of_another_one() {
    let company = Arc::new(Company::default());
    for (one, other) in [(None, None), (Some(ring(OLD, None)), Some(ring(NEW, None)))] {
        let (here, there) = (node(&company, one).await, node(&company, other).await);
        let (asked_at, answers_at) = (here.connect("alice").await, there.connect("alice").await);
        let state = ask(&asked_at).await;
        assert_eq!(code(&answer(&answers_at, &state).await), "confirmation_required");
        assert_eq!(there.audit.records().last().unwrap().rule, "tampered");
        assert_eq!(company.burnt(), 0);
        let session = here.session("alice").await;
        assert_eq!(here.greet("alice", &session).await.0, 200);
        assert_eq!(there.greet("alice", &session).await.0, 404);
    }
}

#[tokio::test]
async fn a_session_of_one_node_is_valid_at_another_one_for_its_principal() {
    let company = Arc::new(Company::default());
    let here = node(&company, Some(ring(OLD, None))).await;
    let session = here.session("alice").await;
    for (current, previous, status) in [(OLD, None, 200), (NEW, Some(OLD), 200), (NEW, None, 404)] {
        let there = node(&company, Some(ring(current, previous))).await;
        let (answered, greeting) = there.greet("alice", &session).await;
        assert_eq!(answered, status, "{greeting}");
        assert_eq!(greeting["result"]["content"][0]["text"] == "hello", status == 200, "{greeting}");
        assert_eq!(there.greet("bob", &session).await.0, 404, "it is alice's");
    }
}
