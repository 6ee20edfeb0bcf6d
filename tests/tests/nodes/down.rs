//! A store that is down: each row of the table of `WhenDown`.

use std::sync::Arc;

use secure_tool::store::{MemoryStore, WhenDown};
use secure_tool_testkit::until;
use secure_tool_tests::clients::code;

use crate::{
    company::{Company, answer, ask, builder, ring, shared},
    faulty::{Fault, Faulty},
};

const FAULTS: [Fault; 2] = [Fault::Fails, Fault::Hangs];

#[tokio::test]
async fn with_refuse_every_call_is_refused_while_the_store_is_down() {
    for fault in FAULTS {
        let (company, store) = (Arc::new(Company::default()), Faulty::new(Fault::None));
        let node = shared(&company, store.clone(), WhenDown::Refuse).await;
        assert_eq!(node.call("alice", "greet").await, "ok");
        store.set(fault);
        assert_eq!(node.call("alice", "greet").await, "unavailable", "{fault:?}");
        assert_eq!(node.last().rule, "shared_store");
        // The first call has found out; the others do not ask, nor wait.
        let asked = store.asked();
        assert_eq!(node.passed("alice", "greet", 50).await, 0);
        assert_eq!(store.asked(), asked, "{fault:?}");
        store.set(Fault::None);
        until("the store to be back", async || node.call("alice", "greet").await == "ok").await;
        assert!(!node.last().degraded);
    }
}

#[tokio::test]
async fn with_limit_locally_each_node_counts_by_itself_and_the_record_says_so() {
    for fault in FAULTS {
        let (company, store) = (Arc::new(Company::default()), Faulty::new(Fault::None));
        let here = shared(&company, store.clone(), WhenDown::LimitLocally).await;
        let there = shared(&company, store.clone(), WhenDown::LimitLocally).await;
        assert_eq!((here.passed("alice", "ring", 2).await, there.passed("alice", "ring", 1).await), (2, 1));
        assert!(!here.last().degraded);
        store.set(fault);
        assert_eq!(here.passed("alice", "ring", 9).await, 3, "{fault:?}: five an hour here");
        assert_eq!(there.passed("alice", "ring", 9).await, 4, "{fault:?}: and there");
        let degraded =
            |node: &crate::company::Node| node.audit.records().iter().filter(|record| record.degraded).count();
        assert_eq!((degraded(&here), degraded(&there)), (3, 4), "{fault:?}: refusals by the own table are certain");
        let json = serde_json::to_value(here.audit.records().iter().find(|record| record.degraded)).unwrap();
        assert_eq!(json["degraded"], true);
    }
}

#[tokio::test]
async fn an_answer_is_refused_while_the_store_is_down_and_can_be_sent_again() {
    for (fault, when_down) in FAULTS.into_iter().zip([WhenDown::Refuse, WhenDown::LimitLocally]) {
        let (company, store) = (Arc::new(Company::default()), Faulty::new(Fault::None));
        let node = shared(&company, store.clone(), when_down).await;
        let client = node.connect("alice").await;
        let state = ask(&client).await;
        store.set(fault);
        assert_eq!(code(&answer(&client, &state).await), "unavailable", "{fault:?}");
        assert_eq!(company.burnt(), 0);
        store.set(Fault::None);
        until("the answer to count", async || answer(&client, &state).await.is_error == Some(false)).await;
        assert_eq!(code(&answer(&client, &state).await), "confirmation_required");
        assert_eq!(company.burnt(), 1);
    }
}

#[tokio::test]
async fn stale_revocations_refuse_writes_and_not_reads() {
    for fault in FAULTS {
        let (company, store) = (Arc::new(Company::default()), Faulty::new(Fault::None));
        let node = shared(&company, store.clone(), WhenDown::LimitLocally).await;
        assert_eq!(node.call("alice", "write_letter").await, "ok");
        store.set(fault);
        until("what was heard to be too old", async || node.call("alice", "write_letter").await == "unavailable").await;
        assert_eq!(node.last().rule, "stale_revocations", "{fault:?}");
        assert_eq!(node.call("alice", "greet").await, "ok", "{fault:?}");
        store.set(Fault::None);
        until("the store to be back", async || node.call("alice", "write_letter").await == "ok").await;
    }
}

#[tokio::test]
async fn a_node_refuses_every_call_until_it_has_heard_from_the_store() {
    for fault in FAULTS {
        let (company, store) = (Arc::new(Company::default()), Faulty::new(fault));
        let node = shared(&company, store.clone(), WhenDown::LimitLocally).await;
        assert_eq!(node.call("alice", "greet").await, "unavailable", "{fault:?}");
        store.set(Fault::None);
        until("the store to be there", async || node.call("alice", "greet").await == "ok").await;
    }
}

#[test]
fn a_store_needs_a_secret_and_a_runtime() {
    let company = Arc::new(Company::default());
    let problems = |with_keys: bool| {
        let builder = builder(&company).shared(MemoryStore::new().unwrap(), WhenDown::Refuse);
        let built = if with_keys { builder.keys(ring(0, None)).build() } else { builder.build() };
        built.map_or_else(|error| error.problems().len(), |_| 0)
    };
    assert_eq!((problems(true), problems(false)), (1, 2));
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let _inside = runtime.enter();
    assert_eq!((problems(true), problems(false)), (0, 1));
}
