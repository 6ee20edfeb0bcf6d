//! Redis and Valkey as the shared store of [`secure-tool`](secure_tool) servers.
//!
//! The processes of one server count rates, quotas and budgets together, accept each confirmation only once, do not repeat an operation that is
//! retried, and learn of revocations and switches within a second.
//!
//! ```no_run
//! use secure_tool::{KeyRing, http::{ApiKeys, HttpOptions}, prelude::*, store::WhenDown};
//! use secure_tool_redis::RedisStore;
//!
//! struct Desk;
//!
//! impl Desk {
//!     /// Tell the opening hours.
//!     #[secure_tool(scope = "desk:read", owner = unowned("the same for everybody"), read_only)]
//!     async fn hours(&self) -> &'static str { "9 to 5" }
//! }
//!
//! #[tokio::main]
//! async fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let store = RedisStore::builder("redis://tools@redis.internal:6379")
//!         .password(std::env::var("REDIS_PASSWORD")?)
//!         .prefix("desk")
//!         .connect()
//!         .await?;
//!     let server = SecureServer::builder(Desk)
//!         .tool(Desk::hours())
//!         .keys(KeyRing::new(&std::fs::read("/run/secrets/keyring")?)?) // the same secret on every node
//!         .shared(store, WhenDown::LimitLocally) // there is no default for what happens while the store is down
//!         .build()?;
//!
//!     let keys = ApiKeys::from_file("/etc/desk/keys.jsonl")?;
//!     let listener = tokio::net::TcpListener::bind("127.0.0.1:8787").await?;
//!     server.serve_http(listener, keys, HttpOptions::default()).await?;
//!     Ok(())
//! }
//! ```
//!
//! [`connect`](RedisStoreBuilder::connect) fails if Redis does not respond, so a process does not start without it. After that, the store reconnects
//! by itself.
//!
//! # Setup
//!
//! - **Version**: Redis 7 or newer, or Valkey.
//! - **Eviction**: `maxmemory-policy noeviction`. With any other policy, Redis deletes keys when its memory is full, and a confirmation could be used
//!   twice. `connect` rejects such a server, and the store repeats the check every ten seconds. If the memory is full, Redis rejects writes, and the
//!   store is [down](secure_tool::store::WhenDown).
//! - **Memory**: a limit of a caller takes about 150 bytes until it is fully replenished; a used confirmation takes the same until it would have
//!   expired; an operation takes about 250 bytes, plus up to 64 KiB for its answer, for as long as it is remembered. Set `maxmemory` for the number
//!   of callers that you expect.
//! - **Access**: a user with the [least privileges](#access).
//! - **Network**: keys are keyed hashes and facts are sealed, so Redis sees neither subjects nor tokens. Anyone who can write to it can reset a limit
//!   or hide a revocation. Use TLS (feature `tls`, `rediss://`) unless nobody else can access the network.
//! - **One prefix for one server**: servers with different [`KeyRing`](secure_tool::KeyRing)s cannot read each other's facts. Give each its own
//!   [`prefix`](RedisStoreBuilder::prefix).
//!
//! # Access
//!
//! This creates a user with exactly the permissions that the store needs, for the prefix `secure-tool`:
//!
//! ```text
//! ACL SETUSER tools on >PASSWORD resetkeys ~secure-tool:* resetchannels &secure-tool:bell -@all +info +ping +evalsha +script|load +subscribe +publish +time +get +set +del +exists +pttl +pexpire +hget +hmget +hset +hsetnx +hincrby +hdel +zadd +zcard +zrange +zrem +zscore +cluster|slots +asking
//! ```
//!
//! The last two commands are needed only in a cluster, where every node needs the user.
//!
//! # What is exact
//!
//! - A call is charged to all of its limits, or to none, by one script; concurrent calls of several processes never exceed a limit. Rates are counted
//!   in microseconds and days in UTC, both by the clock of Redis; the clocks of the processes do not matter.
//! - When a confirmation is used, or an operation is started, several times concurrently, exactly one attempt succeeds.
//! - Every process reads every fact, in order. Pub/sub only wakes the processes; they read the facts twice a second in any case.
//!
//! # What is bounded
//!
//! - A call waits for Redis at most once and at most 50 ms: then the store counts as down, and later calls do not wait until it has responded again.
//!   A call whose response was lost may have been charged, which makes its limits stricter.
//! - In a cluster, a call may be charged on one node and refused by another, which makes the limits on the first node stricter.
//! - Redis replicates asynchronously. At a **failover** the most recent writes can be lost, usually less than a second of them: some calls are not
//!   counted, a confirmation that was just used could be used again, and an operation that has just started could start again. Revocations and
//!   switches are restored: the processes notice that the server has restarted or taken over, read all facts again, and write those that are missing,
//!   as long as one process that knows them is running. `min-replicas-to-write 1` and `min-replicas-max-lag 1` bound the loss when a primary is cut
//!   off from its replicas.
//! - A **restart** without persistence loses all counts, uses and operations. Use `appendonly yes`; with `appendfsync everysec`, the default, a crash
//!   of the machine loses at most about one second of writes, and with `appendfsync always` none.
//!
//! # Cluster
//!
//! `RedisStore::cluster` (feature `cluster`) takes the URLs of some nodes and finds the others. All counts of one caller are on one node, and the counts of one call
//! for a caller, a tenant and a tool may be on three, which are asked in parallel. All facts are on one node. While a primary is unreachable and no replica has taken over,
//! the store is down. Sentinel is not supported: give the address that follows the primary. A store that finds itself connected to a replica
//! connects again.
//!
//! # Cost
//!
//! Two cores of a shared machine under load, Redis 7.0 on the same machine over loopback, medians of `cargo bench -p secure-tool-redis`. Use them to
//! compare the options, not as a promise; most of the added time is the round trip to Redis.
//!
//! | | limits in this process | in Redis | added to a call |
//! |---|---|---|---|
//! | a call with one limit, one call at a time | 3 µs | 167–283 µs | 164–280 µs |
//! | with three limits | 2–4 µs | 221–336 µs | 219–332 µs |
//!
//! | admissions per second, 64 concurrent calls, one connection | `MemoryStore` | `RedisStore` |
//! |---|---|---|
//! | one limit | 3.1–4.0 million | 26,000–31,000 |
//! | three limits, in one script | 2.1–2.9 million | 14,000–16,000 |

// docs.rs builds with nightly: each item says which feature it needs.
#![cfg_attr(docsrs, feature(doc_cfg))]

mod error;
mod keys;
mod link;
mod options;
mod server;
mod store;

pub use error::ConnectError;
pub use options::RedisStoreBuilder;
pub use store::RedisStore;
