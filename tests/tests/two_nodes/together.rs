//! Decisions at one node that apply at the other one.

use secure_tool_testkit::{until, within};
use secure_tool_tests::{
    clients::{call, code},
    person::{agree, ask},
};
use serde_json::json;
use tokio::time::Instant;

use crate::cluster::{Cluster, called};

#[tokio::test]
async fn a_confirmation_asked_at_one_node_is_answered_at_the_other_and_counts_once() {
    let Some(cluster) = Cluster::start().await else { return };
    let alice = cluster.connect("alice").await;
    assert!(!cluster.balancer.take_served().is_empty());
    let state = ask(&alice, "burn_letters").await;
    assert_eq!(code(&agree(&alice, "burn_letters", &state).await), "ok");
    let served = cluster.balancer.take_served();
    assert!(served.len() == 2 && served[0] != served[1], "{served:?}");
    // At each node once more.
    for _ in 0..2 {
        assert_eq!(code(&agree(&alice, "burn_letters", &state).await), "confirmation_required");
    }
    assert_eq!(cluster.effects.count("burnt"), 1);
    let state = ask(&alice, "burn_letters").await;
    let (one, other) = tokio::join!(agree(&alice, "burn_letters", &state), agree(&alice, "burn_letters", &state));
    let mut codes = [code(&one), code(&other)];
    codes.sort_unstable();
    assert_eq!(codes, ["confirmation_required", "ok"], "two answers at the same time");
    assert_eq!(cluster.effects.count("burnt"), 2);
}

#[tokio::test]
async fn a_budget_is_one_budget() {
    let Some(cluster) = Cluster::start().await else { return };
    let (alice, bob) = (cluster.connect("alice").await, cluster.connect("bob").await);
    cluster.balancer.take_served();
    let mut codes = Vec::new();
    for _ in 0..12 {
        codes.push(called(&alice, "ring").await);
    }
    assert_eq!(codes.iter().filter(|code| **code == "ok").count(), 5, "{codes:?}");
    assert!(codes[5..].iter().all(|code| code == "rate_limited"), "{codes:?}");
    let served = cluster.balancer.take_served();
    assert_eq!(served.iter().filter(|node| **node == 0).count(), 6, "{served:?}");
    assert_eq!(called(&bob, "ring").await, "ok", "it is alice's");
}

#[tokio::test]
async fn a_switch_at_one_node_applies_at_the_other_within_a_second() {
    let Some(mut cluster) = Cluster::start().await else { return };
    // The refused tool, and whether bob's `greet` is refused as well.
    let rows = [
        ("halt", "resume", "greet", true),
        ("disable greet", "enable greet", "greet", true),
        ("read-only", "read-write", "write_letter", false),
        ("halt-tenant acme", "resume-tenant acme", "greet", true),
        ("halt-client alice-app", "resume-client alice-app", "greet", false),
    ];
    for (off, on, tool, for_bob) in rows {
        let [here, there] = &mut cluster.nodes;
        let mut soonest = std::time::Duration::MAX;
        for _ in 0..3 {
            assert_eq!(there.call("alice", tool).await, "ok", "before {off}");
            here.does(off).await;
            let began = Instant::now();
            until(off, async || there.call("alice", tool).await == "unknown_tool").await;
            soonest = soonest.min(began.elapsed());
            assert_eq!(here.call("alice", tool).await, "unknown_tool", "{off}");
            for node in [&*here, &*there] {
                assert_eq!(node.call("bob", "greet").await == "unknown_tool", for_bob, "{off}");
            }
            here.does(on).await;
            until(on, async || there.call("alice", tool).await == "ok").await;
        }
        // The least of three, as a machine may be busy.
        assert!(soonest.as_millis() < 1_000, "{off}: {soonest:?}");
    }
}

#[tokio::test]
async fn a_revocation_at_one_node_cuts_only_the_callers_calls_at_the_other() {
    let Some(mut cluster) = Cluster::start().await else { return };
    let [here, there] = &mut cluster.nodes;
    let client = there.http.connect("alice").await.unwrap();
    let running = tokio::spawn(async move { call(&client, "wait", json!({})).await });
    let bobs = there.http.connect("bob").await.unwrap();
    let goes_on = tokio::spawn(async move { call(&bobs, "wait", json!({})).await });
    until("the calls to run", async || cluster.effects.count("waiting") == 2).await;
    here.does("revoke alice").await;
    let began = Instant::now();
    let cut = within("the call to be cut", running).await.unwrap();
    let took = began.elapsed();
    assert!(cut.is_err() || cut.is_ok_and(|answer| code(&answer) == "unauthenticated"));
    println!("a running call was cut at the other node after {took:?}");
    for node in [here, there] {
        assert_ne!(node.call("alice", "greet").await, "ok");
        assert_eq!(node.call("bob", "greet").await, "ok");
    }
    assert!(!goes_on.is_finished());
    goes_on.abort();
}
