//! The cost of a shared store: calls whose limits are counted in this process and in a Redis on this machine, alternately; and the number of charges
//! that a Redis makes in a second.
//!
//! `cargo bench -p secure-tool-redis`; it needs `redis-server`.

#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "it is a benchmark")]

use std::{
    hint::black_box,
    sync::Arc,
    time::{Duration, Instant},
};

use secure_tool::{
    KeyRing, MemorySink,
    prelude::*,
    store::{Charge, Limit, MemoryStore, SharedStore, StoreKey, WhenDown},
};
use secure_tool_redis::RedisStore;
use secure_tool_testkit::RedisServer;
use serde_json::Map;

/// Rounds per row; the median is shown.
const ROUNDS: usize = 15;
/// Calls per round.
const CALLS: u32 = 500;
/// Calls at the same time, and how many each makes.
const TASKS: usize = 64;
const EACH: usize = 500;

struct Office;

impl Office {
    /// Say hello.
    #[secure_tool(scope = "office", owner = unowned("a greeting"), rate = 1000000/second, read_only)]
    async fn one(&self) -> &'static str {
        "hello"
    }

    /// Say hello.
    #[secure_tool(
        scope = "office", owner = unowned("a greeting"),
        rate = [1000000/second, rate(1000000/second, per = tenant), rate(1000000/second, per = tool)], read_only
    )]
    async fn three(&self) -> &'static str {
        "hello"
    }
}

fn server(store: Option<RedisStore>) -> SecureServer<Office> {
    let audit = MemorySink::new(1);
    let builder = SecureServer::builder(Office).tool(Office::one()).tool(Office::three()).audit(audit);
    let Some(store) = store else { return builder.build().unwrap() };
    let keys = KeyRing::new(&(0..32).collect::<Vec<u8>>()).unwrap();
    builder.keys(keys).shared(store, WhenDown::Refuse).build().unwrap()
}

/// A call of one after the other.
async fn round(server: &SecureServer<Office>, caller: &Arc<Caller>, tool: &str) -> Duration {
    let start = Instant::now();
    for _ in 0..CALLS {
        let response = server.call(caller, tool, Map::new()).await;
        assert!(response.error().is_none(), "{:?}", response.error());
        let _ = black_box(response);
    }
    start.elapsed() / CALLS
}

/// Charges a second, of many calls at once. Each is of another caller.
async fn charges(store: &(impl SharedStore + Clone), limits: u8) -> f64 {
    let limit = Limit::Rate { interval: Duration::from_micros(1), tolerance: Duration::from_secs(1) };
    let start = Instant::now();
    let mut tasks = tokio::task::JoinSet::new();
    for task in 0..TASKS {
        let store = store.clone();
        tasks.spawn(async move {
            let whose = [u8::try_from(task).unwrap(); 16];
            let charges: Vec<_> =
                (0..limits).map(|what| Charge { key: StoreKey::new([what; 8], whose), limit }).collect();
            for _ in 0..EACH {
                black_box(store.admit(&charges).await.unwrap());
            }
        });
    }
    tasks.join_all().await;
    #[expect(clippy::cast_precision_loss, reason = "far less than 2^52")]
    let all = (TASKS * EACH) as f64;
    all / start.elapsed().as_secs_f64()
}

fn median<T: PartialOrd + Copy>(mut values: Vec<T>) -> T {
    values.sort_by(|a, b| a.partial_cmp(b).unwrap());
    values[values.len() / 2]
}

#[tokio::main]
async fn main() {
    let Some(redis) = RedisServer::start() else { return };
    let store = RedisStore::builder(redis.url()).connect().await.unwrap();
    let (alone, shared) = (server(None), server(Some(store)));
    let caller = Arc::new(Caller::new("alice").with_tenant("acme").with_scopes(["office"]));
    println!("{:<14}{:>18}{:>18}{:>18}", "a call", "in this process", "in Redis", "added");
    for (tool, limits) in [("one", "one limit"), ("three", "three limits")] {
        let (mut here, mut there) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            here.push(round(&alone, &caller, tool).await);
            there.push(round(&shared, &caller, tool).await);
        }
        let micros = |time: Duration| format!("{:.1} µs", time.as_secs_f64() * 1e6);
        let (here, there) = (median(here), median(there));
        println!("{limits:<14}{:>18}{:>18}{:>18}", micros(here), micros(there), micros(there.saturating_sub(here)));
    }
    println!("\n{:<14}{:>18}{:>18}", "calls a second", "MemoryStore", "RedisStore");
    let patient = RedisStore::builder(redis.url()).prefix("charges").response_timeout(Duration::from_secs(10));
    let (memory, patient) = (MemoryStore::new().unwrap(), patient.connect().await.unwrap());
    for (limits, name) in [(1, "one limit"), (3, "three limits")] {
        let (mut here, mut there) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS.min(7) {
            here.push(charges(&memory, limits).await);
            there.push(charges(&patient, limits).await);
        }
        println!("{name:<14}{:>18.0}{:>18.0}", median(here), median(there));
    }
}
