//! A process dies: a node, or Redis.

use secure_tool_testkit::{until, within};
use secure_tool_tests::{
    clients::code,
    person::{agree, agreement, ask},
};

use crate::cluster::{Cluster, called};

#[tokio::test]
async fn no_effect_happens_twice_when_a_node_is_killed_during_a_call() {
    let Some(mut cluster) = Cluster::start().await else { return };
    let alice = cluster.connect("alice").await;
    let mut rung = 0;
    while called(&alice, "ring").await == "ok" {
        rung += 1;
    }
    assert_eq!(rung, 5);
    let state = ask(&alice, "burn_slowly").await;
    cluster.balancer.take_served();
    let (client, params) = (alice.clone(), agreement("burn_slowly", &state));
    let running = tokio::spawn(async move { client.call_tool_once(params).await });
    until("the call to have its effect", async || cluster.effects.count("burnt") == 1).await;
    let node = cluster.balancer.take_served()[0];
    cluster.nodes[node].kill().await;
    let broken = within("the call to break off", running).await.unwrap();
    assert!(broken.is_err(), "{broken:?}");
    // The client tries again, at the node that is left.
    let again = cluster.connect("alice").await;
    for _ in 0..3 {
        assert_eq!(code(&agree(&again, "burn_slowly", &state).await), "confirmation_required");
    }
    assert_eq!(cluster.effects.count("burnt"), 1);
    assert_eq!(called(&again, "ring").await, "rate_limited", "what was used up is used up");
    assert_eq!(called(&again, "greet").await, "ok");
}

#[tokio::test]
async fn an_idempotent_call_does_not_run_again_after_its_node_was_killed() {
    let Some(mut cluster) = Cluster::start().await else { return };
    let alice = cluster.connect("alice").await;
    cluster.balancer.take_served();
    let running = tokio::spawn(async move { called(&alice, "post_slowly").await });
    until("the call to have its effect", async || cluster.effects.count("posted") == 1).await;
    let node = cluster.balancer.take_served()[0];
    cluster.nodes[node].kill().await;
    within("the call to break off", running).await.unwrap();
    let again = cluster.connect("alice").await;
    until("the lease of the call to end", async || match &*called(&again, "post_slowly").await {
        "conflict" => false,
        code => {
            assert_eq!(code, "outcome_unknown");
            true
        }
    })
    .await;
    assert_eq!(cluster.effects.count("posted"), 1);
    let bob = cluster.connect("bob").await;
    assert_eq!(called(&bob, "write_letter").await, "ok");
}

#[tokio::test]
async fn nodes_write_revocations_and_switches_to_a_redis_that_lost_its_data() {
    let Some(mut cluster) = Cluster::start().await else { return };
    cluster.nodes[0].does("revoke alice").await;
    cluster.nodes[1].does("disable ring").await;
    let off = async |cluster: &Cluster| {
        let mut off = true;
        for node in &cluster.nodes {
            off &= node.call("alice", "greet").await != "ok" && node.call("bob", "ring").await == "unknown_tool";
        }
        off
    };
    until("both nodes to know", async || off(&cluster).await).await;
    cluster.redis.signal("KILL");
    for node in &cluster.nodes {
        until("the node to notice", async || node.call("bob", "greet").await == "unavailable").await;
        assert_ne!(node.call("alice", "greet").await, "ok");
    }
    cluster.redis.restart();
    for node in &cluster.nodes {
        until("the node to work again", async || node.call("bob", "greet").await == "ok").await;
    }
    assert!(off(&cluster).await);
    let late = cluster.another().await;
    until("a node that comes later to know", async || {
        late.call("bob", "greet").await == "ok"
            && late.call("alice", "greet").await != "ok"
            && late.call("bob", "ring").await == "unknown_tool"
    })
    .await;
}
