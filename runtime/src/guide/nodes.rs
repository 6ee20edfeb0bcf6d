//! # More than one node
//!
//! A server may run as several processes, here called nodes, behind one address. They need three things:
//!
//! 1. **The same secret.** Each node has the same [`KeyRing`](crate::KeyRing), so that it understands the questions and sessions that another node has sealed.
//! 2. **One store.** Each node is [connected](crate::ServerBuilder::shared) to the same [`SharedStore`](crate::store::SharedStore), where they count together and tell each
//!    other what is revoked and switched off. The crate `secure-tool-redis` has one for Redis and Valkey.
//! 3. **A load balancer without state.** It may send every request to any node; nothing has to be sticky. It must not buffer event streams (`X-Accel-Buffering: no`
//!    says so to nginx), and the nodes have to [trust](crate::http::HttpOptions::trusted_proxies) it, so that they limit clients by the clients' addresses and not by its own.
//!
//! ```
//! # use secure_tool::prelude::*;
//! # struct Billing;
//! # impl Billing {
//! # /// List the invoices.
//! # #[secure_tool(scope = "invoices:read", owner = caller("its answer holds no rows"), read_only)]
//! # async fn list(&self, caller: &Caller) -> String { caller.subject().into() }
//! # }
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use secure_tool::{KeyRing, store::{MemoryStore, WhenDown}};
//!
//! # let secret: Vec<u8> = (0..32).collect();
//! # let store = MemoryStore::new().map_err(|error| error.to_string())?; // between processes, one that they all reach
//! let server = SecureServer::builder(Billing)
//!     .tool(Billing::list())
//!     .keys(KeyRing::new(&secret)?)          // the same secret in every process
//!     .shared(store, WhenDown::LimitLocally) // what happens while the store is down has no default
//!     .build()?;
//! # drop(server);
//! # Ok(())
//! # }
//! ```
//!
//! `cargo run -p billing -- cluster` in the repository starts two nodes with a Redis and shows what follows.
//!
//! # What the nodes share
//!
//! | | one process | nodes with the same [`KeyRing`](crate::KeyRing) | with a [shared store](crate::ServerBuilder::shared) as well |
//! |---|---|---|---|
//! | session of an older client | ends with the process | goes on at every node | the same |
//! | question to a client of protocol 2026-07-28 | is asked again elsewhere | is answered at every node | the same |
//! | question to an older client, on an open stream | is answered at this process | is answered at the node that has asked | is answered at every node |
//! | cancellation by an older client | cancels at this process | cancels at the node of the call | cancels from every node |
//! | an answer counts | once | once at each node | once |
//! | rates, quotas, budgets | of the process | of each node | of all together |
//! | a call of a tool that is [`idempotent(…)`](crate::guide::retries) runs | once | once at each node | once |
//! | revocations, switches, and the end of the calls that run | of the process | have to be made at each node | are made at one node and hold at all |
//!
//! # What is exact, and what is bounded
//!
//! | | with a shared store that works | how sure |
//! |---|---|---|
//! | an answer to a question counts once, also of two that arrive at two nodes at the same time | exact | the store decides |
//! | an operation that must not happen twice begins once | exact | the store decides; one whose node has died is in doubt and not begun again |
//! | a rate, a quota or a budget admits no more than it says | exact to the strict side | a charge whose answer was lost stays charged; a store of several places may charge in one what another one refuses |
//! | a revocation or a switch that is made at another node | bounded | at once with the bell of the store, within half a second without it; a call that may write is refused when the node has not heard from the store for 3 seconds |
//! | an answer or a cancellation that an older client sends to another node | bounded | the same; the call's own time limits go on meanwhile |
//! | an answer or a cancellation for a node that is gone | lost | it was accepted with 202 and has no effect, like the call |
//!
//! These stay with each node, so that with three nodes there is three times as much of them:
//!
//! - calls of a tool at a time (`concurrency`), calls and questions that wait, memory for messages and answers;
//! - the admission of requests before a call: buckets of addresses and callers, failed logins;
//! - what a circuit breaker has seen of a service that fails: each node finds out for itself;
//! - the audit ledger. Each node has a directory and a signing key of its own; two nodes must not share one;
//! - the approvals of an [`Approver`](crate::Approver) that keeps them in memory, such as [`Approvals`](crate::Approvals): decide on them at the node that lists them, or keep them in a service of your own;
//! - what an authenticator remembers of tokens and keys. A key file has to be at every node.
//!
//! # What each failure means
//!
//! | what happens | what calls see |
//! |---|---|
//! | the store is down | [`WhenDown`](crate::store::WhenDown) has the table. One call waits up to 50 ms and finds out; the others do not ask until the store has answered again the task that looks twice a second. A message for another node is answered with 503 and can be sent again |
//! | the store is slow | an operation that takes longer than 50 ms is one that failed: the store counts as down until it answers in time |
//! | the store was restarted and has its data | nothing else |
//! | the store was restarted, or failed over, and has lost data | each node tells it the revocations and switches that it knows. Where the store has an older word about one of them, the stricter of the two holds: nothing is lifted, but what was reinstated or resumed just before may have to be reinstated or resumed once more. Counts begin anew. An answer that had counted in the last two minutes could count again, and an operation whose beginning was lost could begin again: where that must not be, let the store write to disk (`appendonly yes`) and wait for replicas |
//! | a node starts while the store is down | it refuses every call until it has heard from the store once, as it may be halted |
//! | a node is killed | its calls break off. What they had counted stays counted, an answer that was used is used, and its log has intents without an outcome. Clients go on at another node, with their session; a question on its stream is gone with it |
//! | a node is cut off from the store | the same as a store that is down, at this node alone. Revocations that are made there hold there at once, and are told to the others when it is back |
//! | clocks of nodes differ | sessions, questions, tokens and revocations end earlier or later by that much. Limits count by the clock of the store. Keep the clocks within a second or two |
//! | the secret is changed | nothing, if every node has the new one as previous before any has it as current ([`KeyRing`](crate::KeyRing)); counts begin anew. A node that finds a revocation or a switch in the store that none of its secrets has sealed counts the store as down |
//! | nodes are of two versions of the server | a switch for a tool that a node does not have has no effect there. A limit that has changed is another limit, with a count of its own |
//!
//! What is revoked or switched off while the store is down has its effect at this node at once, and is told to the store when it is back. A call that this node refuses by itself never gets to the store.
//!
//! # Messages between nodes
//!
//! An older client answers a question, and cancels a call, by a request of its own, which the load balancer may bring to any node. A node that has no such question or call
//! passes the message on: it puts it into the store, sealed, for a minute. The node that waits for it takes it if the session and the principal are those of the call, and once.
//!
//! - The id of a question says, to nodes alone, that it was asked in this session of this principal. An answer with another id is refused, and not passed on.
//! - A principal passes on 60 messages at once and 60 a minute, a node 64 a second. One that is longer than a KiB counts once for each KiB; none is longer than 16 KiB.
//!   What is over a budget is answered with 429 and can be sent again.
//! - A revoked caller answers and cancels nothing.
//! - Without a shared store, an answer at another node is refused with 400, and a cancellation there has no effect.
//!
//! # What the store can do
//!
//! It reads nothing and forges nothing: keys are truncated HMACs, facts are sealed with keys of the [`KeyRing`](crate::KeyRing). An attacker who can write to it can still
//! reset a count, forget an answer, or put an old fact back in the place of a new one: protect it as the server itself.
