//! Which earlier calls count, for whom, and for how long.

use std::{
    future::ready,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use secure_tool::{Decision, OwnerOutcome, Stage, prelude::*};
use secure_tool_testkit::{until, within};
use secure_tool_tests::clients::{call_inside, code, text};
use serde_json::json;

use crate::shop::{House, Shop, Unsure, alice, bob, builder, caller};

#[tokio::test]
async fn the_later_tool_runs_after_the_earlier_one_and_not_before() {
    let house = House::new();
    let refused = house.result(&alice(), "pay", json!({"invoice": 1})).await;
    assert_eq!(code(&refused), "out_of_order");
    assert!(
        text(&refused)
            .contains("`quote` must have succeeded first, for the same `invoice`, at most 10 minutes before."),
        "{}",
        text(&refused)
    );
    let record = house.last();
    assert_eq!((record.stage, record.rule, record.decision), (Stage::Order, "out_of_order", Decision::Refused));
    assert_eq!(house.shop.ran("pay"), 0);
    assert_eq!(house.call(&alice(), "quote", 1).await, "ok");
    // As often as one likes, as long as the time is not over.
    for _ in 0..3 {
        assert_eq!(house.call(&alice(), "pay", 1).await, "ok");
    }
    assert_eq!(house.shop.ran("pay"), 3);
    assert_eq!(house.last().owner, OwnerOutcome::Owned);
}

#[tokio::test]
async fn a_call_counts_only_for_its_object_caller_and_tenant() {
    let house = House::new();
    assert_eq!(house.call(&alice(), "quote", 1).await, "ok");
    assert_eq!(house.call(&alice(), "pay", 2).await, "out_of_order");
    assert_eq!(house.call(&bob(), "pay", 3).await, "out_of_order");
    assert_eq!(house.call(&alice(), "pay", 3).await, "not_found", "whose it is comes first");
    assert_eq!(house.call(&alice(), "pay", 9).await, "not_found");
    assert_eq!(house.bare(&caller("globex", "alice"), "tell").await, "out_of_order");
    assert_eq!(house.bare(&alice(), "browse").await, "ok");
    assert_eq!(house.bare(&caller("globex", "alice"), "tell").await, "out_of_order");
    assert_eq!(house.bare(&bob(), "tell").await, "out_of_order");
    assert_eq!(house.bare(&alice(), "tell").await, "ok");
    // The same caller with another credential is the same caller.
    assert_eq!(house.bare(&alice().with_client("app").with_token_id("t2"), "tell").await, "ok");
    assert_eq!(house.call(&alice(), "pay", 1).await, "ok");
}

#[tokio::test]
async fn a_key_and_the_object_that_it_names_are_the_same_object() {
    let house = House::new();
    assert_eq!(house.call(&alice(), "quote", 1).await, "ok");
    assert_eq!(house.call(&alice(), "explain", 1).await, "ok");
    assert_eq!(house.call(&alice(), "explain", 2).await, "out_of_order");
}

#[tokio::test]
async fn two_objects_of_two_kinds_both_have_to_be_the_same() {
    let house = House::new();
    let arguments = |invoice: u32, account: u32| json!({"invoice": invoice, "account": account});
    assert_eq!(code(&house.result(&alice(), "offer", arguments(1, 2)).await), "ok");
    for (invoice, account, expected) in
        [(1, 1, "out_of_order"), (2, 2, "out_of_order"), (2, 1, "out_of_order"), (1, 2, "ok")]
    {
        assert_eq!(code(&house.result(&alice(), "settle", arguments(invoice, account)).await), expected);
    }
}

#[tokio::test]
async fn each_step_of_a_chain_requires_the_previous_one() {
    let house = House::new();
    assert_eq!(house.bare(&alice(), "browse").await, "ok");
    assert_eq!(house.call(&alice(), "praise", 1).await, "out_of_order", "`browse` is not `tell`");
    assert_eq!(house.bare(&alice(), "tell").await, "ok");
    assert_eq!(house.call(&alice(), "praise", 1).await, "ok");
    // Without an object on one side there is nothing to compare.
    assert_eq!(house.call(&alice(), "praise", 2).await, "ok");
}

#[tokio::test]
async fn a_call_that_has_not_succeeded_does_not_count() {
    let house = House::new();
    let shop = &house.shop;
    for (switch, code) in
        [(&shop.fails, "conflict"), (&shop.panics, "internal"), (&shop.says_too_much, "output_too_large")]
    {
        switch.store(true, Ordering::Relaxed);
        assert_eq!(house.call(&alice(), "quote", 1).await, code);
        switch.store(false, Ordering::Relaxed);
        assert_eq!(house.call(&alice(), "pay", 1).await, "out_of_order", "{code}");
    }
    assert_eq!(house.call(&alice(), "quote", 3).await, "not_found");
    assert_eq!(house.call(&bob(), "pay", 3).await, "out_of_order");
    // A call whose caller has gone away.
    shop.hangs.store(true, Ordering::Relaxed);
    let (server, before) = (house.server.clone(), shop.ran("quote"));
    let gone = tokio::spawn(async move { call_inside(&server, &alice(), "quote", json!({"invoice": 1})).await });
    until("the body to run", async || shop.ran("quote") > before).await;
    gone.abort();
    let _ = gone.await;
    assert_eq!(house.call(&alice(), "pay", 1).await, "out_of_order");
    shop.hangs.store(false, Ordering::Relaxed);
    assert_eq!(house.call(&alice(), "quote", 1).await, "ok");
    assert_eq!(house.call(&alice(), "pay", 1).await, "ok");
}

#[tokio::test]
async fn a_call_that_is_not_recorded_does_not_count() {
    let (shop, audit) = (Arc::new(Shop::default()), Arc::new(Unsure::default()));
    let server = builder(&shop).audit(Arc::clone(&audit)).build().unwrap();
    let call = async |tool| code(&call_inside(&server, &alice(), tool, json!({"invoice": 1})).await);
    audit.full.store(true, Ordering::Relaxed);
    assert_eq!(call("quote").await, "unavailable");
    assert_eq!(shop.ran("quote"), 1, "it ran, and its answer did not leave");
    audit.full.store(false, Ordering::Relaxed);
    let explain = async || code(&call_inside(&server, &alice(), "explain", json!({"bill": 1})).await);
    assert_eq!(explain().await, "out_of_order");
    until("the log to work", async || call("quote").await == "ok").await;
    assert_eq!(explain().await, "ok");
}

#[tokio::test]
async fn each_tool_has_its_own_time_within_which_a_call_counts() {
    let house = House::new();
    assert_eq!(house.call(&alice(), "quote", 1).await, "ok");
    until("the second to be over", async || house.call(&alice(), "pay_soon", 1).await == "out_of_order").await;
    assert_eq!(house.call(&alice(), "pay", 1).await, "ok");
    until("a call that is soon enough", async || {
        assert_eq!(house.call(&alice(), "quote", 1).await, "ok");
        house.call(&alice(), "pay_soon", 1).await == "ok"
    })
    .await;
}

#[tokio::test]
async fn an_answer_that_is_sent_again_does_not_restart_the_time() {
    let house = House::new();
    assert_eq!(house.call(&alice(), "reserve", 1).await, "ok");
    until("the second to be over", async || house.call(&alice(), "collect", 1).await == "out_of_order").await;
    assert_eq!(house.call(&alice(), "reserve", 1).await, "ok");
    assert!(house.last().repeated);
    assert_eq!(house.call(&alice(), "collect", 1).await, "out_of_order");
    assert_eq!(house.shop.ran("reserve"), 1);
}

/// Calls `tear_up`; `answer` is run where a person would think about it.
async fn tear_up<F: Future<Output = bool> + Send>(house: &House, answer: impl Fn() -> F + Send + Sync) -> String {
    let Some(arguments) = json!({"invoice": 1}).as_object().cloned() else { panic!("no object") };
    let caller = Arc::new(alice());
    code(&within("a call that asks", house.server.call_asking(&caller, "tear_up", arguments, |_| answer())).await)
}

#[tokio::test]
async fn nobody_is_asked_too_early_and_a_late_answer_has_no_effect() {
    let house = House::new();
    let asked = AtomicUsize::new(0);
    let yes = || {
        asked.fetch_add(1, Ordering::Relaxed);
        ready(true)
    };
    assert_eq!(tear_up(&house, yes).await, "out_of_order");
    assert_eq!(asked.load(Ordering::Relaxed), 0);
    until("an answer that is quick enough", async || {
        assert_eq!(house.call(&alice(), "quote", 1).await, "ok");
        tear_up(&house, yes).await == "ok"
    })
    .await;
    assert!(asked.load(Ordering::Relaxed) > 0);
    let torn = house.shop.ran("tear_up");
    // Who thinks until the quote is out of date.
    let late = || async {
        while house.call(&alice(), "pay_soon", 1).await != "out_of_order" {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        true
    };
    until("somebody to be asked", async || {
        assert_eq!(house.call(&alice(), "quote", 1).await, "ok");
        let before = house.shop.ran("pay_soon");
        assert_eq!(tear_up(&house, late).await, "out_of_order");
        house.shop.ran("pay_soon") > before
    })
    .await;
    assert_eq!(house.shop.ran("tear_up"), torn);
}

#[tokio::test]
async fn a_refusal_does_not_disclose_what_the_caller_may_call() {
    let house = House::new();
    let told = async |caller: Caller| {
        let refused = house.result(&caller, "pay", json!({"invoice": 1})).await;
        let text = secure_tool_tests::clients::without_call_id(&text(&refused));
        (code(&refused), text)
    };
    let usual = told(alice()).await;
    assert_eq!(usual.0, "out_of_order");
    let only_pays = Caller::new("alice").with_tenant("acme").with_scopes(["shop:pay"]);
    assert_eq!(house.call(&only_pays, "quote", 1).await, "insufficient_scope");
    assert_eq!(told(only_pays).await, usual, "without the scope of `quote`");
    house.server.switches().disable("quote").unwrap();
    assert_eq!(house.call(&alice(), "quote", 1).await, "unknown_tool");
    assert_eq!(told(alice()).await, usual, "with `quote` switched off");
    house.server.switches().enable("quote").unwrap();
    house.server.switches().disable("pay").unwrap();
    assert_eq!(told(alice()).await.0, "unknown_tool", "a caller that does not see `pay` learns nothing of `quote`");
    house.server.switches().enable("pay").unwrap();
    let reads = Caller::new("alice").with_tenant("acme").with_scopes(["shop:read"]);
    assert!(!told(reads).await.1.contains("quote"));
    let until = std::time::SystemTime::now() + Duration::from_secs(600);
    house.server.revocations().revoke_subject(Some("acme"), "alice", until).unwrap();
    assert_eq!(told(alice()).await.0, "unauthenticated");
}
