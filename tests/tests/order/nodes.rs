//! The order on several nodes, and when their store is down.

use std::sync::Arc;

use secure_tool::{
    AuditRecord, KeyRing, MemorySink, Stage,
    http::HttpOptions,
    prelude::*,
    store::{MemoryStore, SharedStore, WhenDown},
};
use secure_tool_testkit::until;
use secure_tool_tests::clients::{HttpServer, Names, call, call_inside, close, code};
use serde_json::json;

use crate::{
    faulty::{Fault, Faulty},
    shop::{Shop, alice, bob, builder},
};

struct Node {
    server: SecureServer<Shop>,
    audit: Arc<MemorySink>,
}

impl Node {
    fn new(shop: &Arc<Shop>, store: impl SharedStore, when_down: WhenDown) -> Self {
        let (audit, secret) = (Arc::new(MemorySink::new(1000)), (0..32).collect::<Vec<u8>>());
        let keys = KeyRing::new(&secret).unwrap();
        let server = builder(shop).audit(Arc::clone(&audit)).keys(keys).shared(store, when_down).build().unwrap();
        Self { server, audit }
    }

    async fn call(&self, caller: &Caller, tool: &str, invoice: u32) -> String {
        let name = if tool == "explain" { "bill" } else { "invoice" };
        code(&call_inside(&self.server, caller, tool, json!({ name: invoice })).await)
    }

    fn last(&self) -> AuditRecord {
        self.audit.records().pop().unwrap()
    }
}

fn callers(name: &str) -> Option<Caller> {
    (name == "alice").then(alice)
}

#[tokio::test]
async fn a_call_at_one_node_counts_at_the_other() {
    let (shop, store) = (Arc::new(Shop::default()), MemoryStore::new().unwrap());
    let here = Node::new(&shop, store.clone(), WhenDown::Refuse);
    let there = Node::new(&shop, store, WhenDown::Refuse);
    let serve =
        async |node: &Node| HttpServer::start_with(&node.server, Names(callers), HttpOptions::default()).await.unwrap();
    let (one, other) = (serve(&here).await, serve(&there).await);
    let (one, other) = (one.connect("alice").await.unwrap(), other.connect("alice").await.unwrap());
    let invoice = |number: u32| json!({"invoice": number});
    assert_eq!(code(&call(&other, "pay", invoice(1)).await.unwrap()), "out_of_order");
    assert_eq!(code(&call(&one, "quote", invoice(1)).await.unwrap()), "ok");
    assert_eq!(code(&call(&other, "pay", invoice(2)).await.unwrap()), "out_of_order");
    assert_eq!(code(&call(&other, "pay", invoice(1)).await.unwrap()), "ok");
    assert_eq!(there.call(&bob(), "pay", 3).await, "out_of_order");
    close(one).await.unwrap();
    close(other).await.unwrap();
}

#[tokio::test]
async fn nodes_with_different_secrets_do_not_share_calls() {
    let (shop, store) = (Arc::new(Shop::default()), MemoryStore::new().unwrap());
    let node = |first: u8| {
        let keys = KeyRing::new(&(first..first + 32).collect::<Vec<u8>>()).unwrap();
        builder(&shop).keys(keys).shared(store.clone(), WhenDown::Refuse).build().unwrap()
    };
    let (here, strange) = (node(0), node(100));
    let called = async |server: &SecureServer<Shop>, tool| {
        code(&call_inside(server, &alice(), tool, json!({"invoice": 1})).await)
    };
    assert_eq!(called(&here, "quote").await, "ok");
    assert_eq!(called(&strange, "pay").await, "out_of_order");
    assert_eq!(called(&here, "pay").await, "ok");
}

#[tokio::test]
async fn while_the_store_is_down_the_later_tool_is_refused_and_the_earlier_one_answers() {
    for fault in [Fault::Fails, Fault::Hangs] {
        let (shop, store) = (Arc::new(Shop::default()), Faulty::new(Fault::None));
        let node = Node::new(&shop, store.clone(), WhenDown::LimitLocally);
        assert_eq!(node.call(&alice(), "quote", 1).await, "ok");
        assert_eq!(node.call(&alice(), "explain", 1).await, "ok");
        store.set(fault);
        assert_eq!(node.call(&alice(), "explain", 1).await, "unavailable", "{fault:?}");
        assert_eq!((node.last().stage, node.last().rule), (Stage::Order, "shared_store"), "{fault:?}");
        assert_eq!(node.call(&alice(), "quote", 2).await, "ok", "{fault:?}");
        assert_eq!(shop.ran("explain"), 1);
        store.set(Fault::None);
        until("the store to be back", async || node.call(&alice(), "explain", 1).await == "ok").await;
        assert_eq!(node.call(&alice(), "explain", 2).await, "out_of_order", "it was not remembered");
        assert_eq!(node.call(&alice(), "quote", 2).await, "ok");
        assert_eq!(node.call(&alice(), "explain", 2).await, "ok");
        store.lose();
        assert_eq!(node.call(&alice(), "explain", 2).await, "out_of_order", "what is lost is not assumed");
    }
}

#[tokio::test]
async fn a_call_makes_only_the_store_requests_that_its_tool_needs() {
    let (shop, store) = (Arc::new(Shop::default()), Faulty::new(Fault::None));
    let node = Node::new(&shop, store.clone(), WhenDown::Refuse);
    let asked = async |tool: &str, arguments| {
        let before = store.asked();
        assert_eq!(code(&call_inside(&node.server, &alice(), tool, arguments).await), "ok");
        store.asked() - before
    };
    // Each asks about its rate.
    assert_eq!(asked("ring", json!({})).await, 1);
    assert_eq!(
        asked("quote", json!({"invoice": 1})).await,
        3,
        "ten minutes and a second, whatever the number of tools"
    );
    assert_eq!(asked("pay", json!({"invoice": 1})).await, 2);
}
