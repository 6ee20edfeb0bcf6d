//! Guarded servers that share a Redis.

use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant, SystemTime},
};

use secure_tool::{KeyRing, MemorySink, prelude::*, store::WhenDown};
use secure_tool_redis::RedisStore;
use secure_tool_testkit::{RedisServer, until};
use serde_json::Map;

use crate::support::Administration;

struct Office;

impl Office {
    /// Say hello.
    #[secure_tool(scope = "office", owner = unowned("a greeting"), rate = 100000/minute, read_only)]
    async fn greet(&self) -> &'static str {
        "hello"
    }

    /// Ring the bell.
    #[secure_tool(scope = "office", owner = unowned("it is the office's"), rate = [5/hour, rate(8/day, per = tenant)], read_only)]
    async fn ring(&self) {}
}

struct Node {
    server: SecureServer<Office>,
    audit: Arc<MemorySink>,
}

async fn node(redis: &RedisServer, when_down: WhenDown) -> Node {
    let store = RedisStore::connect(redis.url()).await.unwrap();
    let audit = Arc::new(MemorySink::new(10_000));
    let server = SecureServer::builder(Office)
        .tool(Office::greet())
        .tool(Office::ring())
        .audit(Arc::clone(&audit))
        .keys(KeyRing::new(&(0..32).collect::<Vec<u8>>()).unwrap())
        .shared(store, when_down)
        .build()
        .unwrap();
    let node = Node { server, audit };
    until("the node serves", async || node.call("nobody", "greet").await == "ok").await;
    node
}

impl Node {
    async fn call(&self, name: &str, tool: &'static str) -> &'static str {
        let caller = Caller::new(name).with_tenant("acme").with_scopes(["office"]);
        let response = self.server.call(&Arc::new(caller), tool, Map::new()).await;
        response.error().map_or("ok", |error| error.code().as_str())
    }

    /// How many calls pass. Where the store did not answer in time they are made again.
    async fn passed(&self, name: &str, calls: usize) -> usize {
        let mut passed = 0;
        for _ in 0..calls {
            let last = Mutex::new("");
            until("an answer", async || {
                let code = self.call(name, "ring").await;
                *last.lock().unwrap() = code;
                code != "unavailable"
            })
            .await;
            passed += usize::from(*last.lock().unwrap() == "ok");
        }
        passed
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_nodes_have_one_budget_and_one_list_of_revocations() {
    let Some(mut redis) = RedisServer::start() else { return };
    let (here, there) = (node(&redis, WhenDown::Refuse).await, node(&redis, WhenDown::Refuse).await);
    assert_eq!(here.passed("alice", 3).await + there.passed("alice", 9).await + here.passed("alice", 3).await, 5);
    assert_eq!(there.passed("bob", 9).await + here.passed("bob", 9).await, 3, "eight a day for all of them");
    let later = SystemTime::now() + Duration::from_secs(3600);
    let start = Instant::now();
    here.server.revocations().revoke_subject(Some("acme"), "alice", later).unwrap();
    until("alice is revoked", async || there.call("alice", "greet").await == "unauthenticated").await;
    eprintln!("a revocation arrives after {:?}", start.elapsed());
    until("bob is not", async || there.call("bob", "greet").await == "ok").await;
    // The facts are lost. The nodes tell them again, and a new one learns them.
    redis.restart();
    until("the store is back", async || here.call("bob", "greet").await == "ok").await;
    let third = node(&redis, WhenDown::Refuse).await;
    until("it knows", async || third.call("alice", "greet").await == "unauthenticated").await;
    assert_eq!(there.call("alice", "greet").await, "unauthenticated");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_revocation_arrives_without_the_bell() {
    let Some(redis) = RedisServer::start() else { return };
    let (here, there) = (node(&redis, WhenDown::Refuse).await, node(&redis, WhenDown::Refuse).await);
    // Nobody may listen any more.
    redis.command::<()>("ACL SETUSER default resetchannels");
    redis.command::<()>("ACL SETUSER default -subscribe &secure-tool:bell");
    redis.command::<()>("CLIENT KILL TYPE pubsub");
    until("nobody listens", async || redis.command::<String>("CLIENT LIST TYPE pubsub").trim().is_empty()).await;
    let later = SystemTime::now() + Duration::from_secs(3600);
    here.server.revocations().revoke_subject(Some("acme"), "alice", later).unwrap();
    until("alice is revoked", async || there.call("alice", "greet").await == "unauthenticated").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nodes_whose_redis_hangs_refuse_or_limit_by_themselves() {
    let Some(redis) = RedisServer::start() else { return };
    let refuses = node(&redis, WhenDown::Refuse).await;
    let limits = node(&redis, WhenDown::LimitLocally).await;
    redis.signal("STOP");
    let start = Instant::now();
    assert_eq!(refuses.call("alice", "greet").await, "unavailable");
    eprintln!("the first call takes {:?}", start.elapsed());
    let start = Instant::now();
    for _ in 0..1_000 {
        assert_eq!(refuses.call("alice", "greet").await, "unavailable");
    }
    eprintln!("the others {:?}", start.elapsed() / 1_000);
    assert!(start.elapsed() < Duration::from_secs(10), "they wait");
    assert_eq!(limits.passed("alice", 9).await, 5);
    assert!(limits.audit.records().iter().any(|record| record.degraded));
    redis.signal("CONT");
    until("the store is back", async || refuses.call("alice", "greet").await == "ok").await;
}
