//! # A server of several processes
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
//! Between processes, the store is Redis or Valkey, with the crate `secure-tool-redis`; another is what implements [`SharedStore`](crate::store::SharedStore).
//!
//! | | of one process | with the same [`KeyRing`](crate::KeyRing) | with a [shared store](crate::ServerBuilder::shared) as well |
//! |---|---|---|---|
//! | session of an older client | ends with the process | goes on at every process | the same |
//! | question that was asked at one process | is asked again elsewhere | is answered at every process | the same |
//! | an answer counts | once | once at each process | once |
//! | rates, quotas, budgets | of each process | of each process | of all together, exactly |
//! | revocations, switches | have to be made at each process | the same | are made at one, and are usually known to all within half a second |
//! | calls at once, places, memory, admission of requests | of each process | of each process | of each process |
//!
//! A question to an older client, which waits for its answer on an open stream, is of the process that holds the stream: route the requests of a session to one
//! process. So are the approvals of an [`Approver`](crate::Approver) that keeps them in memory.
//!
//! # While the store is down
//!
//! [`WhenDown`](crate::store::WhenDown) has the table. A call waits for the store no longer than 50 ms; after one that was not answered no call asks, until the
//! store has answered the task that looks at it twice a second. A call that this process refuses by itself never gets to the store.
//!
//! What is revoked or switched off meanwhile has its effect here at once, and is told to the store when it is back. A store that was restarted and has
//! lost its facts is told those that the processes know; its counts begin anew, and an answer that had counted shortly before could count again.
//!
//! # What the store can do
//!
//! It reads nothing and forges nothing: keys are truncated HMACs, facts are sealed with keys of the [`KeyRing`](crate::KeyRing). Whoever writes to it can still
//! reset a count, forget an answer, or put an old fact back in the place of a new one: protect it as the server itself.
