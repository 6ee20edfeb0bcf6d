//! An answer or a cancellation of an older client that arrives at a node other than the one that waits for it.

use std::{sync::Arc, time::SystemTime};

use secure_tool::{
    Decision,
    store::{MemoryStore, SharedStore, WhenDown},
};
use secure_tool_testkit::{until, within};
use secure_tool_tests::older::{Events, agreeing, calling, cancelling};
use serde_json::{Value, json};

use crate::{
    company::{Company, Node, node, ring, shared},
    faulty::{Fault, Faulty},
};

async fn nodes(company: &Arc<Company>, store: &(impl SharedStore + Clone)) -> (Arc<Node>, Arc<Node>) {
    let here = shared(company, store.clone(), WhenDown::Refuse).await;
    let there = shared(company, store.clone(), WhenDown::Refuse).await;
    (Arc::new(here), Arc::new(there))
}

/// A call that asks its person: the events, and the id of the question.
async fn asking(node: &Node, session: &str) -> (Events, Value) {
    let mut events = Events::begin(node.send("alice", session, &calling("c", "burn_letters")).await);
    let question = events.next().await.unwrap();
    assert_eq!(question["params"]["message"], "Burn them?");
    (events, question["id"].clone())
}

async fn status(node: &Node, name: &str, session: &str, body: &Value) -> u16 {
    node.send(name, session, body).await.status().as_u16()
}

/// How many messages the store has.
async fn stored(store: &impl SharedStore) -> usize {
    let facts = store.facts(None).await.unwrap().facts;
    facts.iter().filter(|fact| fact.key.what().starts_with(b"routed")).count()
}

#[tokio::test]
async fn an_answer_at_another_node_counts_once_with_a_bell_and_without() {
    async fn answered(store: impl SharedStore + Clone) {
        let company = Arc::new(Company::default());
        let (here, there) = nodes(&company, &store).await;
        let session = here.session("alice").await;
        let (mut events, question) = asking(&here, &session).await;
        assert_eq!(status(&there, "alice", &session, &agreeing(&question)).await, 202);
        let answer = events.next().await.unwrap();
        assert_eq!((&answer["id"], &answer["result"]["isError"]), (&json!("c"), &json!(false)));
        assert!(events.next().await.is_none());
        assert_eq!(company.burnt(), 1);
        assert_eq!(status(&here, "alice", &session, &agreeing(&question)).await, 400, "it was asked and answered here");
        // Nobody waits for this one; a call that is asked later shows that it was delivered.
        assert_eq!(status(&there, "alice", &session, &agreeing(&question)).await, 202);
        let (mut events, question) = asking(&here, &session).await;
        let no = json!({"jsonrpc": "2.0", "id": question, "result": {"action": "decline"}});
        assert_eq!(status(&there, "alice", &session, &no).await, 202);
        assert_eq!(events.next().await.unwrap()["result"]["isError"], true);
        let (mut events, question) = asking(&here, &session).await;
        let error = json!({"jsonrpc": "2.0", "id": question, "error": {"code": -1, "message": "no"}});
        assert_eq!(status(&there, "alice", &session, &error).await, 202);
        assert_eq!(events.next().await.unwrap()["result"]["isError"], true);
        assert_eq!(company.burnt(), 1);
    }
    answered(MemoryStore::new().unwrap()).await;
    answered(Faulty::new(Fault::None)).await;
}

#[tokio::test]
async fn answers_of_others_and_with_invented_ids_are_not_passed_on() {
    let (company, store) = (Arc::new(Company::default()), MemoryStore::new().unwrap());
    let (here, there) = nodes(&company, &store).await;
    let mine = here.session("alice").await;
    let (others, bobs) = (there.session("alice").await, there.session("bob").await);
    let (mut events, question) = asking(&here, &mine).await;
    assert_eq!(status(&there, "alice", &others, &agreeing(&question)).await, 400, "another session of the same caller");
    assert_eq!(status(&there, "bob", &bobs, &agreeing(&question)).await, 400, "another principal");
    assert_eq!(status(&there, "bob", &mine, &agreeing(&question)).await, 404, "another principal, a stolen session");
    let mut guessed = question.as_str().unwrap().to_owned();
    guessed.replace_range(4..5, if guessed[4..5] == *"A" { "B" } else { "A" });
    for made_up in [json!("ask-0"), json!(1), json!(guessed)] {
        assert_eq!(status(&there, "alice", &mine, &agreeing(&made_up)).await, 400, "{made_up}");
    }
    let long = json!({"jsonrpc": "2.0", "id": question, "result": {"action": "accept", "content": "x".repeat(17_000)}});
    assert_eq!(status(&there, "alice", &mine, &long).await, 400, "too long to be forwarded");
    assert_eq!((stored(&store).await, company.burnt()), (0, 0));
    assert_eq!(status(&there, "alice", &mine, &agreeing(&question)).await, 202);
    assert_eq!(events.next().await.unwrap()["result"]["isError"], false);
    assert_eq!((stored(&store).await, company.burnt()), (1, 1));
}

#[tokio::test]
async fn a_cancellation_at_another_node_ends_only_a_call_of_its_session() {
    let (company, store) = (Arc::new(Company::default()), MemoryStore::new().unwrap());
    let (here, there) = nodes(&company, &store).await;
    let (mine, others) = (here.session("alice").await, here.session("alice").await);
    let bobs = here.session("bob").await;
    let call = |name: &'static str, session: &str| {
        let (here, session) = (Arc::clone(&here), session.to_owned());
        tokio::spawn(async move { here.send(name, &session, &calling(7, "wait")).await.json::<Value>().await.unwrap() })
    };
    let (cancelled, goes_on) = (call("alice", &mine), [call("alice", &others), call("bob", &bobs)]);
    until("the calls to run", async || company.waiting() == 3).await;
    for (name, session, id, expected) in [
        ("bob", &mine, json!(7), 404),
        ("alice", &mine, json!("7"), 202),
        ("alice", &mine, json!(8), 202),
        ("alice", &mine, json!(7), 202),
    ] {
        assert_eq!(status(&there, name, session, &cancelling(&id)).await, expected, "{name} {id}");
    }
    let answer = within("the cancelled call", cancelled).await.unwrap();
    assert_eq!((&answer["id"], &answer["result"]["isError"]), (&json!(7), &json!(true)));
    assert_eq!(here.last().decision, Decision::Cancelled);
    // Those before it were delivered before it.
    assert!(goes_on.iter().all(|call| !call.is_finished()));
    goes_on.iter().for_each(tokio::task::JoinHandle::abort);
}

#[tokio::test]
async fn each_caller_has_its_own_budget_of_routed_messages() {
    let (company, store) = (Arc::new(Company::default()), MemoryStore::new().unwrap());
    let (here, there) = nodes(&company, &store).await;
    let (mine, bobs) = (here.session("alice").await, here.session("bob").await);
    let (mut events, question) = asking(&here, &mine).await;
    let mut accepted = 0;
    let refused = loop {
        let response = there.send("alice", &mine, &cancelling(&json!(accepted))).await;
        if response.status() != 202 {
            break response;
        }
        accepted += 1;
        assert!(accepted < 1_000, "it never ends");
    };
    assert_eq!((refused.status().as_u16(), &refused.headers()["retry-after"]), (429, &"1".parse().unwrap()));
    assert!(accepted >= 60, "{accepted}");
    assert_eq!(stored(&store).await, accepted);
    assert_eq!(status(&there, "bob", &bobs, &cancelling(&json!(1))).await, 202);
    // It may be sent again, and what waits here is not charged.
    until("alice's answer to be taken", async || status(&there, "alice", &mine, &agreeing(&question)).await == 202)
        .await;
    assert_eq!(events.next().await.unwrap()["result"]["isError"], false);
}

#[tokio::test]
async fn messages_that_cannot_be_delivered_are_refused() {
    let company = Arc::new(Company::default());
    let (here, there) = (node(&company, Some(ring(0, None))).await, node(&company, Some(ring(0, None))).await);
    let session = here.session("alice").await;
    let (_events, question) = asking(&here, &session).await;
    assert_eq!(status(&there, "alice", &session, &agreeing(&question)).await, 400);
    for fault in [Fault::Fails, Fault::Hangs] {
        let store = Faulty::new(Fault::None);
        let (here, there) = nodes(&company, &store).await;
        let session = here.session("alice").await;
        let (mut events, question) = asking(&here, &session).await;
        let before = company.burnt();
        store.set(fault);
        let response = there.send("alice", &session, &agreeing(&question)).await;
        assert_eq!((response.status().as_u16(), &response.headers()["retry-after"]), (503, &"1".parse().unwrap()));
        assert_eq!(status(&there, "alice", &session, &cancelling(&json!("c"))).await, 503, "{fault:?}");
        store.set(Fault::None);
        until("the answer to be taken", async || status(&there, "alice", &session, &agreeing(&question)).await == 202)
            .await;
        assert_eq!(events.next().await.unwrap()["result"]["isError"], false);
        assert_eq!(company.burnt(), before + 1, "{fault:?}");
    }
}

#[tokio::test]
async fn a_revoked_caller_can_neither_answer_nor_cancel() {
    let (company, store) = (Arc::new(Company::default()), MemoryStore::new().unwrap());
    let (here, there) = nodes(&company, &store).await;
    let session = here.session("alice").await;
    let revocations = there.server.revocations();
    revocations.revoke_subject(Some("acme"), "alice", SystemTime::now() + secure_tool_testkit::LIMIT).unwrap();
    assert_eq!(status(&there, "alice", &session, &cancelling(&json!(1))).await, 401);
    assert_eq!(stored(&store).await, 0);
}
