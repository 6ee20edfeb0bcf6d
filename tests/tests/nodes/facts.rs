//! Revocations and switches arrive at every node.

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use secure_tool::{
    Decision, HaltScope, Switches,
    store::{MemoryStore, SharedStore, WhenDown},
};
use secure_tool_testkit::{until, within};
use secure_tool_tests::clients::list;

use crate::{
    company::{Company, Node, builder, caller, ring, shared},
    faulty::{Fault, Faulty},
};

fn later() -> SystemTime {
    SystemTime::now() + Duration::from_secs(3600)
}

#[tokio::test]
async fn a_revocation_reaches_every_node_and_cuts_only_the_calls_of_its_caller() {
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
async fn every_kind_of_revocation_arrives_without_a_bell_and_the_later_expiry_applies() {
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
async fn switches_apply_at_every_node_including_one_that_starts_later() {
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

/// Begins `wait` at a node.
async fn running(company: &Company, node: &Arc<Node>, name: &'static str) -> tokio::task::JoinHandle<String> {
    let (before, node) = (company.waiting(), Arc::clone(node));
    let call = tokio::spawn(async move { node.call(name, "wait").await });
    until("the call to run", async || company.waiting() == before + 1).await;
    call
}

#[tokio::test]
async fn every_switch_ends_running_calls_at_the_other_node_even_if_it_is_turned_on_again_at_once() {
    type Turn = fn(&Switches<Company>);
    let turns: [(Turn, Turn, &str); 3] = [
        (Switches::halt, Switches::resume, "halted"),
        (|switches| switches.disable("wait").unwrap(), |switches| switches.enable("wait").unwrap(), "disabled"),
        (
            |switches| switches.halt_for(HaltScope::caller(Some("acme"), "alice")).unwrap(),
            |switches| switches.resume_for(HaltScope::caller(Some("acme"), "alice")),
            "halted_caller",
        ),
    ];
    let company = Arc::new(Company::default());
    let store = MemoryStore::new().unwrap();
    let here = Arc::new(shared(&company, store.clone(), WhenDown::Refuse).await);
    let there = Arc::new(shared(&company, store, WhenDown::Refuse).await);
    for (off, on, rule) in turns {
        for at_once in [false, true] {
            let calls = [running(&company, &here, "alice").await, running(&company, &there, "alice").await];
            off(&here.server.switches());
            if at_once {
                on(&here.server.switches());
            }
            for call in calls {
                assert_eq!(within("the call to be ended", call).await.unwrap(), "unavailable", "{rule} {at_once}");
            }
            for node in [&here, &there] {
                assert_eq!((node.last().decision, node.last().rule), (Decision::Halted, rule), "{at_once}");
            }
            if !at_once {
                until("the switch", async || there.call("alice", "wait").await == "unknown_tool").await;
                on(&there.server.switches());
            }
            // Heard of again, a cut ends nothing that has begun since.
            for node in [&here, &there] {
                let client = node.connect("alice").await;
                until("it to be on", async || list(&client).await.unwrap().iter().any(|tool| tool.name == "wait"))
                    .await;
            }
            let later = [running(&company, &here, "alice").await, running(&company, &there, "alice").await];
            tokio::time::sleep(Duration::from_millis(600)).await;
            assert!(later.iter().all(|call| !call.is_finished()), "{rule} {at_once}");
            later.iter().for_each(tokio::task::JoinHandle::abort);
        }
    }
}

#[tokio::test]
async fn a_graceful_switch_does_not_end_calls_at_the_other_node_and_a_scope_affects_only_its_callers() {
    let company = Arc::new(Company::default());
    let store = MemoryStore::new().unwrap();
    let here = shared(&company, store.clone(), WhenDown::Refuse).await;
    let there = Arc::new(shared(&company, store.clone(), WhenDown::Refuse).await);
    let alice = || HaltScope::caller(Some("acme"), "alice");
    let (mine, others) = (running(&company, &there, "alice").await, running(&company, &there, "bob").await);
    here.server.switches().halt_for_gracefully(alice()).unwrap();
    until("the switch", async || there.call("alice", "greet").await == "unknown_tool").await;
    assert_eq!(there.call("bob", "greet").await, "ok");
    assert!(!mine.is_finished());
    there.server.switches().halt_for(alice()).unwrap();
    assert_eq!(within("the call to be ended", mine).await.unwrap(), "unavailable");
    let late = shared(&company, store, WhenDown::Refuse).await;
    assert_eq!(late.call("alice", "greet").await, "unknown_tool", "its first call waits until it knows");
    late.server.switches().resume_for(alice());
    until("alice to be back", async || here.call("alice", "greet").await == "ok").await;
    assert!(!others.is_finished(), "bob has noticed nothing");
}

#[tokio::test]
async fn nodes_write_their_facts_again_to_a_store_that_lost_them() {
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
async fn a_store_with_an_older_state_lifts_no_revocation_or_switch() {
    let company = Arc::new(Company::default());
    let store = Faulty::new(Fault::None);
    let here = shared(&company, store.clone(), WhenDown::Refuse).await;
    let there = shared(&company, store.clone(), WhenDown::Refuse).await;
    let (revocations, switches) = (here.server.revocations(), here.server.switches());
    let is = async |node: &Node, name: &str, tool, code: &str| node.call(name, tool).await == code;
    revocations.revoke_subject(Some("acme"), "alice", later()).unwrap();
    switches.disable("ring").unwrap();
    until("both to arrive", async || is(&there, "alice", "greet", "unauthenticated").await).await;
    until("both to arrive", async || is(&there, "bob", "ring", "unknown_tool").await).await;
    revocations.reinstate_subject(Some("acme"), "alice");
    switches.enable("ring").unwrap();
    until("alice to be back", async || is(&there, "alice", "greet", "ok").await).await;
    until("ring to be back", async || is(&there, "bob", "ring", "ok").await).await;
    let snapshot = store.facts(None).await.unwrap().facts;
    assert_eq!(snapshot.len(), 2);
    revocations.revoke_subject(Some("acme"), "alice", later()).unwrap();
    switches.disable("ring").unwrap();
    until("both to arrive", async || is(&there, "alice", "greet", "unauthenticated").await).await;
    until("both to arrive", async || is(&there, "bob", "ring", "unknown_tool").await).await;
    drop(here);
    // Loses all that came after, as a server that starts from a snapshot, or a replica that takes over.
    let older = MemoryStore::new().unwrap();
    for fact in snapshot {
        older.put(fact).await.unwrap();
    }
    store.hold(older);
    let late = shared(&company, store, WhenDown::Refuse).await;
    until("the revocation to be told again", async || is(&late, "alice", "greet", "unauthenticated").await).await;
    until("the switch to be told again", async || is(&late, "bob", "ring", "unknown_tool").await).await;
    assert!(is(&there, "alice", "greet", "unauthenticated").await && is(&there, "bob", "ring", "unknown_tool").await);
}

#[tokio::test]
async fn revocations_made_while_the_store_is_down_are_written_when_it_is_back() {
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
async fn a_node_that_cannot_write_to_the_store_still_reads_from_it() {
    let company = Arc::new(Company::default());
    let store = MemoryStore::new().unwrap();
    let way = Faulty::of(store.clone(), Fault::None);
    let here = shared(&company, way.clone(), WhenDown::LimitLocally).await;
    let there = shared(&company, store, WhenDown::LimitLocally).await;
    assert_eq!((here.call("alice", "greet").await, there.call("alice", "greet").await), ("ok".into(), "ok".into()));
    way.set(Fault::IsFull);
    here.server.switches().disable("ring").unwrap();
    there.server.revocations().revoke_subject(Some("acme"), "alice", later()).unwrap();
    until("the revocation", async || here.call("alice", "greet").await == "unauthenticated").await;
    assert_eq!(there.call("bob", "ring").await, "ok", "it cannot know");
    way.set(Fault::None);
    until("the switch", async || there.call("bob", "ring").await == "unknown_tool").await;
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
