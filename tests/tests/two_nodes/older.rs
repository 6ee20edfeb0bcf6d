//! A session of an older client, whose requests go to both nodes in turn.

use secure_tool_testkit::{until, within};
use secure_tool_tests::{
    older::{Events, agreeing, calling, cancelling},
    person::{Person, Says},
};
use serde_json::{Value, json};

use crate::cluster::{Cluster, called};

#[tokio::test]
async fn a_session_continues_at_the_other_node_and_its_questions_can_be_answered_there() {
    let Some(cluster) = Cluster::start().await else { return };
    let session = cluster.session("alice").await;
    for id in 1..=2 {
        let answer: Value = cluster.send("alice", &session, &calling(id, "greet")).await.json().await.unwrap();
        assert_eq!(answer["result"]["content"][0]["text"], "hello");
    }
    cluster.balancer.take_served();
    let mut events = Events::begin(cluster.send("alice", &session, &calling("c", "burn_letters")).await);
    let question = events.next().await.unwrap()["id"].clone();
    assert_eq!(cluster.send("bob", &session, &agreeing(&question)).await.status(), 404);
    // A request of somebody else's has taken the turn of the other node.
    cluster.send("alice", &session, &calling(3, "greet")).await;
    assert_eq!(cluster.send("alice", &session, &agreeing(&question)).await.status(), 202);
    let answer = events.next().await.unwrap();
    assert_eq!((&answer["id"], &answer["result"]["isError"]), (&json!("c"), &json!(false)));
    let served = cluster.balancer.take_served();
    assert_ne!(served[0], served[3], "asked at one, answered at the other: {served:?}");
    assert_eq!(cluster.effects.count("burnt"), 1);
    for _ in 0..2 {
        cluster.send("alice", &session, &agreeing(&question)).await;
    }
    assert_eq!(cluster.effects.count("burnt"), 1, "it counts once");
}

#[tokio::test]
async fn a_call_at_one_node_is_cancelled_at_the_other() {
    let Some(cluster) = Cluster::start().await else { return };
    let session = cluster.session("alice").await;
    let request = cluster.http.post(Some("alice"), calling(7, "wait").to_string()).header("mcp-session-id", &session);
    cluster.balancer.take_served();
    let running = tokio::spawn(request.send());
    until("the call to run", async || cluster.effects.count("waiting") == 1).await;
    assert_eq!(cluster.send("alice", &session, &cancelling(&json!(7))).await.status(), 202);
    let answer: Value = within("the cancelled call", running).await.unwrap().unwrap().json().await.unwrap();
    assert_eq!((&answer["id"], &answer["result"]["isError"]), (&json!(7), &json!(true)));
    let served = cluster.balancer.take_served();
    assert!(served.len() == 2 && served[0] != served[1], "{served:?}");
}

#[tokio::test]
async fn a_real_client_is_asked_as_if_there_were_one_server() {
    let Some(cluster) = Cluster::start().await else { return };
    let person = Person::who(Says::Yes);
    let client = cluster.http.connect_legacy_as("alice", person.clone()).await.unwrap();
    for count in 1..=4 {
        assert_eq!(called(&client, "burn_letters").await, "ok");
        assert_eq!((cluster.effects.count("burnt"), person.asked().len()), (count, count));
    }
}
