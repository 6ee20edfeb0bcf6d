//! Servers that hang, die, lose their data, or change their configuration.

use std::time::{Duration, Instant};

use secure_tool::store::{Admission, Charge, Cursor, Fact, Limit, SharedStore, StoreKey};
use secure_tool_redis::RedisStore;
use secure_tool_testkit::{RedisServer, until};

use crate::support::Administration;

const HOUR: Duration = Duration::from_secs(3600);

fn key(number: u8) -> StoreKey {
    StoreKey::new([number; 8], [number; 16])
}

fn fact(number: u8) -> Fact {
    Fact { key: key(number), value: [number].into(), keep: None }
}

async fn passes(store: &RedisStore) -> bool {
    let limit = Limit::Daily { cost: 1, most: u32::MAX };
    matches!(store.admit(&[Charge { key: key(1), limit }]).await, Ok(Admission::Admitted))
}

async fn read(store: &RedisStore, after: Option<Cursor>) -> (Vec<u8>, Cursor) {
    let facts = store.facts(after).await.unwrap();
    (facts.facts.iter().map(|fact| fact.value[0]).collect(), facts.cursor)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_one_call_waits_for_a_server_that_hangs() {
    let Some(server) = RedisServer::start() else { return };
    let store = RedisStore::connect(server.url()).await.unwrap();
    until("a call passes", async || passes(&store).await).await;
    server.signal("STOP");
    let start = Instant::now();
    assert!(!passes(&store).await);
    let first = start.elapsed();
    let start = Instant::now();
    for _ in 0..1_000 {
        assert!(!passes(&store).await);
    }
    let others = start.elapsed();
    eprintln!("a server that hangs: {first:?}, then {:?} a call", others / 1_000);
    // If each of them waited, they would take 50 seconds.
    assert!(others < Duration::from_secs(5), "{others:?}");
    // Long enough for the connection to be given up.
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    assert!(!passes(&store).await);
    server.signal("CONT");
    until("a call passes again", async || passes(&store).await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_lost_its_facts_has_a_new_history() {
    let Some(mut server) = RedisServer::start() else { return };
    let store = RedisStore::connect(server.url()).await.unwrap();
    store.put(fact(1)).await.unwrap();
    let (facts, cursor) = read(&store, None).await;
    assert_eq!((facts, read(&store, Some(cursor)).await), (vec![1], (vec![], cursor)));
    server.signal("KILL");
    let start = Instant::now();
    for _ in 0..1_000 {
        assert!(!passes(&store).await);
    }
    let calls = start.elapsed();
    eprintln!("a server that is dead: {:?} a call", calls / 1_000);
    assert!(calls < Duration::from_secs(5), "{calls:?}");
    server.restart();
    until("a call passes again", async || passes(&store).await).await;
    let (facts, now) = read(&store, Some(cursor)).await;
    assert!(facts.is_empty());
    assert_ne!(now.history, cursor.history);
    // The same without a restart, when somebody has emptied it, and when only the last facts are gone.
    store.put(fact(2)).await.unwrap();
    let (_, cursor) = read(&store, None).await;
    server.command::<()>("FLUSHALL");
    let (facts, now) = read(&store, Some(cursor)).await;
    assert!(facts.is_empty());
    assert_ne!(now.history, cursor.history);
    store.put(fact(3)).await.unwrap();
    let (_, cursor) = read(&store, None).await;
    server.command::<()>("HSET secure-tool:{facts}:head position 0");
    let (facts, now) = read(&store, Some(cursor)).await;
    assert_eq!(facts, [3]);
    assert_ne!(now.history, cursor.history);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fail_over_that_loses_facts_begins_a_new_history() {
    let Some((first, second)) = RedisServer::start().zip(RedisServer::start()) else { return };
    let replicate = |replica: &RedisServer, primary: &RedisServer| {
        replica.command::<()>(&format!("REPLICAOF 127.0.0.1 {}", primary.port()));
    };
    let is_replica = async |server: &RedisServer| {
        let info: String = server.command("INFO replication");
        info.contains("role:slave") && info.contains("master_link_status:up")
    };
    replicate(&second, &first);
    until("the second is a replica", async || is_replica(&second).await).await;
    let (store, other) = (RedisStore::connect(first.url()).await.unwrap(), RedisStore::builder(second.url()));
    assert!(other.connect().await.unwrap_err().to_string().contains("replica"));
    store.put(fact(1)).await.unwrap();
    until("the replica has it", async || second.command::<u64>("ZCARD secure-tool:{facts}:log") == 1).await;
    second.command::<()>("REPLICAOF NO ONE");
    store.put(fact(2)).await.unwrap();
    let (facts, cursor) = read(&store, None).await;
    assert_eq!(facts, [1, 2]);
    // The second takes over without the second fact, and gets more than there were.
    let other = RedisStore::connect(second.url()).await.unwrap();
    replicate(&first, &second);
    for number in 3..6 {
        other.put(fact(number)).await.unwrap();
    }
    until("the first is a replica", async || is_replica(&first).await).await;
    assert!(!passes(&store).await, "a replica admits nothing");
    // And back, without a restart of either.
    until("the first takes over", async || {
        let _: redis::Value = second.command("FAILOVER");
        until("it is over", async || {
            second.command::<String>("INFO replication").contains("master_failover_state:no-failover")
        })
        .await;
        first.command::<String>("INFO replication").contains("role:master")
    })
    .await;
    until("a call passes", async || passes(&store).await).await;
    let (facts, now) = read(&store, Some(cursor)).await;
    assert_eq!(facts, [1, 3, 4, 5], "after position {} come {}", cursor.position, now.position);
    assert_ne!(now.history, cursor.history);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_bell_rings_again_after_its_connection_was_lost() {
    let Some(server) = RedisServer::start() else { return };
    let store = RedisStore::connect(server.url()).await.unwrap();
    let listens = async || server.command::<String>("CLIENT LIST TYPE pubsub").contains("sub=1");
    until("it listens", listens).await;
    for _ in 0..3 {
        server.command::<()>("CLIENT KILL TYPE pubsub");
        until("it listens again", listens).await;
        // It has rung, as messages may have been lost.
        until("it rang", async || tokio::time::timeout(Duration::from_millis(20), store.bell()).await.is_ok()).await;
        while tokio::time::timeout(Duration::from_millis(50), store.bell()).await.is_ok() {}
        store.put(fact(1)).await.unwrap();
        until("it rings", async || tokio::time::timeout(Duration::from_millis(100), store.bell()).await.is_ok()).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_begins_to_evict_keys_is_not_used() {
    let Some(server) = RedisServer::start() else { return };
    let store = RedisStore::connect(server.url()).await.unwrap();
    server.command::<()>("CONFIG SET maxmemory-policy allkeys-lru");
    server.command::<()>("CLIENT KILL TYPE normal SKIPME yes");
    until("no call passes", async || !passes(&store).await).await;
    for _ in 0..50 {
        assert!(!passes(&store).await);
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    server.command::<()>("CONFIG SET maxmemory-policy noeviction");
    until("a call passes again", async || passes(&store).await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_without_memory_admits_nothing() {
    let Some(server) = RedisServer::start() else { return };
    let store = RedisStore::builder(server.url()).response_timeout(Duration::from_secs(10)).connect().await.unwrap();
    assert!(store.once(key(1), HOUR).await.unwrap());
    server.command::<()>("CONFIG SET maxmemory 1");
    for _ in 0..3 {
        assert!(!passes(&store).await);
        assert!(store.once(key(1), HOUR).await.is_err() && store.once(key(2), HOUR).await.is_err());
        assert!(store.put(fact(1)).await.is_err());
    }
    server.command::<()>("CONFIG SET maxmemory 0");
    until("a call passes again", async || passes(&store).await).await;
    assert!(!store.once(key(1), HOUR).await.unwrap(), "nothing was forgotten");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn when_there_is_no_room_for_a_fact_everything_else_works() {
    let Some(server) = RedisServer::start() else { return };
    let store = RedisStore::builder(server.url()).response_timeout(Duration::from_secs(10)).connect().await.unwrap();
    // As many as there may be. (The words of a command end at blanks alone.)
    let fill = "for\ni=1,262144\ndo\nredis.call('ZADD',KEYS[1],i,i)\nend";
    server.command::<()>(&format!("EVAL {fill} 1 secure-tool:{{facts}}:log"));
    for _ in 0..3 {
        let refused = store.put(fact(1)).await.unwrap_err().to_string();
        assert!(refused.contains("no room"), "{refused}");
        assert!(passes(&store).await, "the connection was given up");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_count_in_the_future_is_capped_and_an_invalid_count_admits_nothing() {
    let Some(server) = RedisServer::start() else { return };
    let store = RedisStore::builder(server.url()).response_timeout(Duration::from_secs(10)).connect().await.unwrap();
    let charges = [Charge { key: key(2), limit: Limit::Rate { interval: HOUR, tolerance: HOUR * 2 } }];
    assert_eq!(store.admit(&charges).await.unwrap(), Admission::Admitted);
    let name: Vec<String> = server.command("KEYS *:rate:*");
    // Where it would be if the clock had gone back by 30 years.
    server.command::<()>(&format!("SET {} 2700000000000000", name[0]));
    let Admission::Refused { charge: 0, wait } = store.admit(&charges).await.unwrap() else { panic!("admitted") };
    assert!(wait <= HOUR, "{wait:?}");
    server.command::<()>(&format!("SET {} soon", name[0]));
    assert!(store.admit(&charges).await.is_err());
    until("the store is up", async || store.is_marked(key(3)).await.is_ok()).await;
    let never = Limit::Rate { interval: HOUR * 2, tolerance: HOUR };
    for limit in [never, Limit::Daily { cost: 2, most: 1 }, Limit::Daily { cost: 0, most: 1 }] {
        assert!(store.admit(&[Charge { key: key(4), limit }]).await.is_err(), "{limit:?}");
    }
}
