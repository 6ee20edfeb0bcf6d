//! Counts in a shared store: one limit for all nodes together, and answers that count once.

use std::sync::Arc;

use secure_tool::{
    Stage,
    store::{MemoryStore, WhenDown},
};
use secure_tool_tests::clients::code;

use crate::{
    company::{Company, Node, answer, ask, shared},
    faulty::{Fault, Faulty},
};

async fn two(company: &Arc<Company>) -> [Node; 2] {
    let store = MemoryStore::new().unwrap();
    [shared(company, store.clone(), WhenDown::Refuse).await, shared(company, store, WhenDown::Refuse).await]
}

#[tokio::test]
async fn a_limit_applies_to_all_nodes_together() {
    let company = Arc::new(Company::default());
    let [here, there] = two(&company).await;
    assert_eq!(here.passed("alice", "ring", 3).await, 3);
    assert_eq!(there.passed("alice", "ring", 9).await, 2, "five an hour, wherever");
    let record = there.last();
    assert_eq!((record.stage, record.rule, record.degraded), (Stage::Rate, "rate", false));
    assert_eq!(
        there.passed("bob", "ring", 9).await,
        3,
        "eight a day for the tenant, of which the refused calls took none"
    );
    assert_eq!(here.passed("bob", "ring", 9).await, 0);
}

#[tokio::test]
async fn local_refusals_do_not_reach_the_store_and_refusals_by_the_store_are_not_charged_locally() {
    let company = Arc::new(Company::default());
    let store = Faulty::new(Fault::None);
    let here = shared(&company, store.clone(), WhenDown::Refuse).await;
    let there = shared(&company, store.clone(), WhenDown::Refuse).await;
    assert_eq!(here.passed("alice", "ring", 5).await, 5);
    assert_eq!((store.asked(), here.passed("alice", "ring", 50).await), (5, 0));
    assert_eq!(store.asked(), 5, "a flood stays where it is");
    // Its own table would let five pass; the store refuses each, and each is given back.
    assert_eq!(there.passed("alice", "ring", 20).await, 0);
    assert_eq!(store.asked(), 25);
}

#[tokio::test]
async fn a_question_of_one_node_can_be_answered_at_another_one_and_only_once() {
    let company = Arc::new(Company::default());
    let [here, there] = two(&company).await;
    let (one, other) = (here.connect("alice").await, there.connect("alice").await);
    let state = ask(&one).await;
    assert_eq!(answer(&other, &state).await.is_error, Some(false));
    for (node, client) in [(&here, &one), (&there, &other)] {
        assert_eq!(code(&answer(client, &state).await), "confirmation_required");
        assert_eq!(node.last().rule, "replayed");
    }
    assert_eq!(company.burnt(), 1);
    for round in 2..6 {
        let state = ask(&one).await;
        let (first, second) = tokio::join!(answer(&one, &state), answer(&other, &state));
        let counted = [&first, &second].into_iter().filter(|result| result.is_error == Some(false)).count();
        assert_eq!((counted, company.burnt()), (1, round), "{first:?} {second:?}");
    }
}
