//! Calls that are repeated at another process, or after a restart.

use std::sync::Arc;

use secure_tool::{
    KeyRing,
    store::{MemoryStore, WhenDown},
};
use secure_tool_tests::clients::{code, text};
use serde_json::json;

use crate::{
    house::{House, Setup, seen},
    store::Broken,
};

/// A ring with this secret, and that one before it.
pub(crate) fn ring(current: u8, previous: Option<u8>) -> KeyRing {
    let secret = |first: u8| (first..first + 32).collect::<Vec<u8>>();
    let ring = KeyRing::new(&secret(current)).unwrap();
    match previous {
        Some(previous) => ring.with_previous(&secret(previous)).unwrap(),
        None => ring,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_process_with_the_secret_recognizes_repeated_calls_also_after_a_restart_and_a_new_secret() {
    let (house, store) = (Arc::new(House::default()), MemoryStore::new().unwrap());
    let node = |keys: KeyRing| Setup::of(&house, |builder| builder.keys(keys).shared(store.clone(), WhenDown::Refuse));
    let arguments = json!({"account": "alice", "request_id": "payment-1"});
    let first = node(ring(0, None));
    let answer = seen(&first.call("alice", "pay", arguments.clone()).await);
    let other = node(ring(0, None));
    assert_eq!(seen(&other.call("alice", "pay", arguments.clone()).await), answer);
    drop((first, other));
    assert_eq!(seen(&node(ring(0, None)).call("alice", "pay", arguments.clone()).await), answer);
    let renewed = node(ring(100, Some(0)));
    assert_eq!(seen(&renewed.call("alice", "pay", arguments.clone()).await), answer);
    let changed = json!({"account": "alice", "amount": 7, "request_id": "payment-1"});
    assert_eq!(code(&renewed.call("alice", "pay", changed).await), "conflict");
    assert_eq!(house.times("pay"), 1);
    // What was begun with the new secret is known by it.
    let later = json!({"account": "alice", "request_id": "payment-2"});
    for _ in 0..2 {
        assert_eq!(code(&node(ring(100, None)).call("alice", "pay", later.clone()).await), "ok");
    }
    assert_eq!(house.times("pay"), 2);
}

/// What would be masked by now does not leave because it once was not; nor does what another version of the tool has said.
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_was_released_under_other_rules_is_not_sent_again() {
    let (house, store) = (Arc::new(House::default()), MemoryStore::new().unwrap());
    let node = |pattern: Option<&'static str>| {
        Setup::of(&house, |builder| {
            let builder = builder.keys(ring(0, None)).shared(store.clone(), WhenDown::Refuse);
            pattern.into_iter().fold(builder, |builder, pattern| builder.mask_pattern("drink", pattern))
        })
    };
    let tea = json!({"item": "tea"});
    let (lax, strict) = (node(None), node(Some("tea")));
    assert_eq!(text(&lax.call("alice", "order", tea.clone()).await), "order 1 of 1 tea");
    let refused = strict.call("alice", "order", tea.clone()).await;
    assert_eq!((code(&refused), strict.last().rule), ("conflict".into(), "not_kept"), "{}", text(&refused));
    assert!(!text(&refused).contains("tea"));
    assert_eq!(text(&node(None).call("alice", "order", tea).await), "order 1 of 1 tea");
    let milk = json!({"item": "milk tea"});
    for _ in 0..2 {
        assert_eq!(text(&strict.call("alice", "order", milk.clone()).await), "order 2 of 1 milk [masked: drink]");
    }
    assert_eq!(code(&node(Some("coffee")).call("alice", "order", milk).await), "conflict");
    assert_eq!(house.times("order"), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_can_neither_read_nor_forge_an_answer() {
    let store = Broken::new();
    let setup = Setup::with(|builder| builder.keys(ring(0, None)).shared(store.clone(), WhenDown::Refuse));
    let pay = |number: u32| json!({"account": "alice", "request_id": format!("payment-{number}")});
    for number in [1, 2] {
        assert_eq!(code(&setup.call("alice", "pay", pay(number)).await), "ok");
    }
    let answers = store.answers();
    assert_eq!(answers.len(), 2);
    for word in ["Payment", "alice", "house", "masked", "payment"] {
        assert!(!answers.iter().any(|answer| answer.windows(word.len()).any(|part| part == word.as_bytes())), "{word}");
    }
    // The answer of one call in the place of another, an old form, and nothing at all.
    for forged in [answers[1].clone(), Box::from(*b"{}"), Box::default()] {
        store.forge(Some(forged));
        let result = setup.call("alice", "pay", pay(1)).await;
        assert_eq!((code(&result), setup.last().rule), ("conflict".into(), "not_kept"), "{}", text(&result));
    }
    store.forge(None);
    assert_eq!(code(&setup.call("alice", "pay", pay(1)).await), "ok");
    assert_eq!(setup.house.times("pay"), 2);
}
