//! Several nodes: how several processes work as one server.
//!
//! After this chapter you can run a server as several processes, and you know what they share and what each failure means.
//!
//! A server may run as several processes, here called nodes, behind one address. They need three things:
//!
//! 1. **The same secret.** Each node has the same [`KeyRing`](crate::KeyRing), so that it understands the questions and sessions that another node has sealed.
//! 2. **One store.** Each node is [connected](crate::ServerBuilder::shared) to the same [`SharedStore`](crate::store::SharedStore), in which
//!    the nodes count together and tell each other what is revoked and switched off. The crate `secure-tool-redis` has one for Redis and
//!    Valkey.
//! 3. **A load balancer without state.** It may send every request to any node; nothing has to be sticky. It must not buffer event streams (`X-Accel-Buffering: no`
//!    says so to nginx), and the nodes have to [trust](crate::http::HttpOptions::trusted_proxies) it, so that limits per address use the addresses of the clients
//!    and not the address of the load balancer.
//!
//! ```text
//! cargo add secure-tool-redis
//! ```
//!
//! Its features are `tls` for `rediss://` and `cluster` for a Redis Cluster. A whole node:
//!
//! ```ignore
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
//! The [docs of the crate](https://docs.rs/secure-tool-redis) describe the setup of Redis, and have the same example as a compiled test. To test a server that
//! shares a store, connect two servers of one process with clones of a [`MemoryStore`](crate::store::MemoryStore).
//!
//! `cargo run -p billing -- cluster` in the repository starts two nodes with a Redis and shows what follows.
//!
//! # What the nodes share
//!
//! | | one process | nodes with the same [`KeyRing`](crate::KeyRing) | with a [shared store](crate::ServerBuilder::shared) as well |
//! |---|---|---|---|
//! | session of an older client | ends with the process | continues at every node | the same |
//! | question to a client of protocol 2026-07-28 | has to be asked again by another process | is answered at every node | the same |
//! | question to an older client, on an open stream | is answered at this process | is answered at the node that has asked | is answered at every node |
//! | cancellation by an older client | cancels at this process | cancels at the node of the call | cancels from every node |
//! | an answer counts | once | once at each node | once |
//! | rates, quotas, budgets | of the process | of each node | of all together |
//! | a call of a tool that is [`idempotent(…)`](crate::guide::retries) runs | once | once at each node | once |
//! | revocations and switches, which also end running calls | apply to the process | have to be made at each node | are made at one node and apply at all |
//!
//! # What is exact, and what is bounded
//!
//! | | with a shared store that works | how sure |
//! |---|---|---|
//! | an answer to a question counts once, even if two arrive at two nodes at the same time | exact | the store decides |
//! | an operation that must not happen twice begins once | exact | the store decides; an operation whose node has died is in doubt and does not begin again |
//! | a rate, a quota or a budget admits no more than it says | exact, sometimes stricter | a charge whose reply was lost stays charged; in a cluster, one node of the store may charge a call that another one refuses |
//! | a revocation or a switch that is made at another node | bounded | at once if the store notifies its nodes, otherwise within half a second; a call that may write is refused when the node has not heard from the store for 3 seconds |
//! | an answer or a cancellation that an older client sends to another node | bounded | the same; the time limits of the call continue to run |
//! | an answer or a cancellation for a node that is gone | lost | it was accepted with 202 and has no effect, like the call |
//!
//! The following belongs to each node, so three nodes have three times as much of it:
//!
//! - calls of a tool at a time (`concurrency`), calls and questions that wait, memory for messages and answers;
//! - the admission of requests before a call: buckets of addresses and callers, failed logins;
//! - what a circuit breaker has seen of a service that fails: each node finds out for itself;
//! - the audit ledger. Each node has its own directory and signing key; two nodes must not share one;
//! - the approvals of an [`Approver`](crate::Approver) that keeps them in memory, such as [`Approvals`](crate::Approvals): decide on them at
//!   the node that lists them, or keep them in your own service;
//! - what an authenticator remembers of tokens and keys. A key file has to be at every node.
//!
//! # What each failure means
//!
//! | what happens | what calls see |
//! |---|---|
//! | the store is down | see the table of [`WhenDown`](crate::store::WhenDown). One call waits up to 50 ms and detects it; further calls do not ask the store until it has answered the task that checks it twice a second. A message for another node is answered with 503 and can be sent again |
//! | the store is slow | an operation that takes longer than 50 ms counts as failed: the store counts as down until it answers in time |
//! | the store was restarted and has its data | nothing else |
//! | the store was restarted, or failed over, and has lost data | each node writes the revocations and switches that it knows to the store again. If the store has an older state of one of them, the stricter of the two applies: nothing is lifted, but what was reinstated or resumed just before may have to be reinstated or resumed again. Counts start anew. An answer that was used in the last two minutes could be used again, and an operation whose beginning was lost could begin again. To prevent that, let the store write to disk (`appendonly yes`) and wait for replicas |
//! | a node starts while the store is down | it refuses every call until it has heard from the store once, because the server may be halted |
//! | a node is killed | its calls end. What they have counted stays counted, answers that were used stay used, and its log has intents without an outcome. Clients continue at another node, in the same session; a question on a stream of the killed node is lost |
//! | a node is cut off from the store | the same as when the store is down, but only at this node. Revocations that are made there take effect there at once, and at the other nodes when the connection is back |
//! | clocks of nodes differ | sessions, questions, tokens and revocations end earlier or later by that much. Limits use the clock of the store. Keep the clocks within a second or two |
//! | the secret is changed | counts start anew. Nothing else happens, if every node has the new secret as a previous one before any node has it as the current one ([`KeyRing`](crate::KeyRing)). A node that finds a revocation or a switch in the store that none of its secrets has sealed counts the store as down |
//! | nodes are of two versions of the server | a switch for a tool that a node does not have has no effect there. A limit that has changed is another limit, with its own count |
//!
//! A revocation or a switch that is made while the store is down takes effect at this node at once, and is passed on to the store when it is
//! back. A call that this node refuses by itself never reaches the store.
//!
//! # Messages between nodes
//!
//! An older client answers a question, or cancels a call, by a separate request, which the load balancer may send to any node. A node that has
//! no such question or call passes the message on: it puts the message into the store, sealed, for a minute. The node that waits for it takes
//! it once, and only if the session and the principal are those of the call.
//!
//! - The id of a question shows, to the nodes only, that it was asked in this session of this principal. An answer with another id is refused, and not passed on.
//! - For one principal, 60 messages at once and 60 a minute are passed on; for one node, 64 a second. A message counts once for each KiB, and has at most 16 KiB. A message over one of these budgets is answered with 429 and can be sent again.
//! - A revoked caller can neither answer nor cancel.
//! - Without a shared store, an answer at another node is refused with 400, and a cancellation there has no effect.
//!
//! # What the store can do
//!
//! The store can neither read nor forge anything: keys are truncated HMACs, facts are sealed with keys of the [`KeyRing`](crate::KeyRing). An
//! attacker who can write to it can still reset a count, forget an answer, or put an old fact back in the place of a new one: protect it like
//! the server itself.
