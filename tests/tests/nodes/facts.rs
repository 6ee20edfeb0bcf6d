//! Revocations and switches arrive at every node.

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use secure_tool::store::{MemoryStore, WhenDown};
use secure_tool_testkit::{until, within};

use crate::{
    company::{Company, builder, caller, ring, shared},
    faulty::{Fault, Faulty},
};

fn later() -> SystemTime {
    SystemTime::now() + Duration::from_secs(3600)
}

#[tokio::test]
async fn a_revocation_arrives_everywhere_and_cuts_what_runs_there_and_nobody_else() {
    let company = Arc::new(Company::default());
    // One that rings, and one that has to be looked at.
    let store = MemoryStore::new().unwrap();
    let here = shared(&company, store.clone(), WhenDown::Refuse).await;
    let there = Arc::new(shared(&company, store, WhenDown::Refuse).await);
    assert_eq!(there.call("alice", "greet").await, "ok");
    let running = tokio::spawn({
        let there = Arc::clone(&there);
        async move { there.call("alice", "wait").await }
    });
    until("the call to run", async || company.waiting() == 1).await;
    here.server.revocations().revoke_subject(Some("acme"), "alice", later()).unwrap();
    assert_eq!(here.call("alice", "greet").await, "unauthenticated", "here at once");
    assert_eq!(within("the running call to be cut", running).await.unwrap(), "unauthenticated");
    assert_eq!(there.call("alice", "greet").await, "unauthenticated");
    assert_eq!(there.last().rule, "revoked_subject");
    assert_eq!(there.call("bob", "greet").await, "ok");
    assert!(there.server.revocations().reinstate_subject(Some("acme"), "alice"), "and back, from the other");
    until("alice to be back", async || here.call("alice", "greet").await == "ok").await;
}

#[tokio::test]
async fn every_kind_of_revocation_arrives_without_a_bell_and_the_later_end_counts() {
    let company = Arc::new(Company::default());
    let store = Faulty::new(Fault::None);
    let here = shared(&company, store.clone(), WhenDown::Refuse).await;
    let there = shared(&company, store, WhenDown::Refuse).await;
    let revocations = here.server.revocations();
    revocations.revoke_client("app", later()).unwrap();
    revocations.revoke_token("t1", later()).unwrap();
    revocations.revoke_key("k1", later()).unwrap();
    let status = async |caller: secure_tool::Caller| {
        let response = there.server.call(&Arc::new(caller), "greet", serde_json::Map::new()).await;
        response.error().map(|error| error.code().as_str())
    };
    let revoked = Some("unauthenticated");
    let alice = || caller("alice");
    until("the client", async || status(alice().with_client("app")).await == revoked).await;
    until("the token", async || status(alice().with_token_id("t1")).await == revoked).await;
    until("the key", async || status(alice().with_key_id("k1")).await == revoked).await;
    assert_eq!(status(alice().with_client("t1").with_token_id("k1").with_key_id("app")).await, None);
}

#[tokio::test]
async fn switches_are_turned_everywhere_also_for_a_node_that_comes_later() {
    let company = Arc::new(Company::default());
    let store = MemoryStore::new().unwrap();
    let here = shared(&company, store.clone(), WhenDown::Refuse).await;
    let there = shared(&company, store.clone(), WhenDown::Refuse).await;
    here.server.switches().disable("ring").unwrap();
    until("ring to be off", async || there.call("alice", "ring").await == "unknown_tool").await;
    here.server.switches().set_read_only(true);
    until("writing to be off", async || there.call("alice", "write_letter").await == "unknown_tool").await;
    assert_eq!(there.call("alice", "greet").await, "ok");
    there.server.switches().halt();
    until("the halt to arrive", async || here.call("alice", "greet").await == "unknown_tool").await;
    let late = shared(&company, store, WhenDown::Refuse).await;
    assert_eq!(late.call("alice", "greet").await, "unknown_tool", "its first call waits until it knows");
    assert_eq!(late.last().rule, "halted");
    here.server.switches().resume();
    until("work to go on", async || late.call("alice", "greet").await == "ok").await;
    assert_eq!(late.call("alice", "ring").await, "unknown_tool");
    assert_eq!(late.call("alice", "write_letter").await, "unknown_tool");
    here.server.switches().enable("ring").unwrap();
    here.server.switches().set_read_only(false);
    until("all to be on", async || late.call("alice", "ring").await == "ok").await;
    until("all to be on", async || late.call("alice", "write_letter").await == "ok").await;
}

#[tokio::test]
async fn a_store_that_has_lost_everything_is_told_again() {
    let company = Arc::new(Company::default());
    let store = Faulty::new(Fault::None);
    let here = shared(&company, store.clone(), WhenDown::Refuse).await;
    let there = shared(&company, store.clone(), WhenDown::Refuse).await;
    here.server.revocations().revoke_subject(Some("acme"), "alice", later()).unwrap();
    here.server.switches().disable("ring").unwrap();
    until("the revocation", async || there.call("alice", "greet").await == "unauthenticated").await;
    until("the switch", async || there.call("bob", "ring").await == "unknown_tool").await;
    drop(here);
    store.lose();
    let late = shared(&company, store, WhenDown::Refuse).await;
    until("the revocation to be told again", async || late.call("alice", "greet").await == "unauthenticated").await;
    until("the switch to be told again", async || late.call("bob", "ring").await == "unknown_tool").await;
    assert_eq!(there.call("alice", "greet").await, "unauthenticated", "and it is not forgotten meanwhile");
}

#[tokio::test]
async fn what_was_revoked_while_the_store_is_down_is_told_when_it_is_back() {
    let company = Arc::new(Company::default());
    let store = Faulty::new(Fault::None);
    let here = shared(&company, store.clone(), WhenDown::LimitLocally).await;
    let there = shared(&company, store.clone(), WhenDown::LimitLocally).await;
    assert_eq!((here.call("alice", "greet").await, there.call("alice", "greet").await), ("ok".into(), "ok".into()));
    store.set(Fault::Fails);
    here.server.revocations().revoke_subject(Some("acme"), "alice", later()).unwrap();
    assert_eq!(here.call("alice", "greet").await, "unauthenticated", "here at once");
    assert_eq!(there.call("alice", "greet").await, "ok", "a call that reads goes by what was last heard");
    store.set(Fault::None);
    until("the revocation", async || there.call("alice", "greet").await == "unauthenticated").await;
}

#[tokio::test]
async fn facts_of_another_secret_keep_a_node_from_serving() {
    let company = Arc::new(Company::default());
    let store = MemoryStore::new().unwrap();
    let here = shared(&company, store.clone(), WhenDown::LimitLocally).await;
    here.server.switches().halt();
    until("the halt", async || here.call("alice", "greet").await == "unknown_tool").await;
    // A node with the same secret learns of it, so that it is in the store.
    let there = shared(&company, store.clone(), WhenDown::LimitLocally).await;
    until("the halt", async || there.call("alice", "greet").await == "unknown_tool").await;
    let audit = Arc::new(secure_tool::MemorySink::new(100));
    let strange =
        builder(&company).audit(Arc::clone(&audit)).keys(ring(100, None)).shared(store, WhenDown::LimitLocally);
    let strange = strange.build().unwrap();
    let response = strange.call(&Arc::new(caller("alice")), "greet", serde_json::Map::new()).await;
    assert_eq!(response.error().map(|error| error.code().as_str()), Some("unavailable"));
    assert_eq!(audit.records()[0].rule, "shared_store");
}
