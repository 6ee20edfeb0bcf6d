//! Switches: how an operator turns items off while the server runs.
//!
//! After this chapter you can halt a server, a tenant or a single caller, turn off one item or all writes, and offer items to some callers only.
//!
//! ```
//! use std::sync::Arc;
//! use secure_tool::{Code, Decision, HaltScope, MemorySink, prelude::*};
//! use tokio::sync::Notify;
//!
//! struct Billing {
//!     begun: Notify, // tells this example that the body has started
//! }
//!
//! impl Billing {
//!     /// Send a reminder.
//!     #[secure_tool(scope = "reminders:send", owner = unowned("it goes to everybody"))]
//!     async fn remind(&self) {
//!         self.begun.notify_one();
//!         std::future::pending::<()>().await // a mail server that does not answer
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let billing = Arc::new(Billing { begun: Notify::new() });
//! let audit = Arc::new(MemorySink::new(100));
//! let server = SecureServer::builder_shared(Arc::clone(&billing)) // the example keeps using the state
//!     .tool(Billing::remind())
//!     .allow_writes()
//!     .audit(Arc::clone(&audit))
//!     .build()?;
//! let switches = server.switches();
//! let alice = Arc::new(Caller::new("alice").with_tenant("acme").with_scopes(["reminders:send"]));
//!
//! // A call runs, and an operator halts its tenant.
//! let operator = async {
//!     billing.begun.notified().await;
//!     switches.halt_for(HaltScope::tenant("acme"))
//! };
//! let (response, halted) = tokio::join!(server.call(&alice, "remind", Default::default()), operator);
//! halted?;
//!
//! // It had begun to write, so the answer does not claim that nothing has happened …
//! assert_eq!(response.error().map(|error| error.code()), Some(Code::OutcomeUnknown));
//! // … and the log says how its body ended.
//! assert_eq!(audit.records().last().map(|outcome| outcome.decision), Some(Decision::Halted));
//! // For this tenant no tool exists until it is resumed.
//! let response = server.call(&alice, "remind", Default::default()).await;
//! assert_eq!(response.error().map(|error| error.code()), Some(Code::UnknownTool));
//! switches.resume_for(HaltScope::tenant("acme"));
//! # Ok(())
//! # }
//! ```
//!
//! | | turns off | for |
//! |---|---|---|
//! | [`halt`](crate::Switches::halt), [`resume`](crate::Switches::resume) | everything | everybody |
//! | [`halt_for`](crate::Switches::halt_for), [`resume_for`](crate::Switches::resume_for) | everything | a tenant, a client application, or one caller ([`HaltScope`](crate::HaltScope)) |
//! | [`disable`](crate::Switches::disable), [`enable`](crate::Switches::enable) | every item of one name | everybody |
//! | [`set_read_only`](crate::Switches::set_read_only) | the tools that write | everybody |
//!
//! All of them follow one rule, on every transport and for tools, resources, prompts, lists and completions. An item does not exist for a caller for whom it
//! is off: it is not listed, and a new call is refused at the stage `switch` as an unknown tool. The caller does not learn which switch it was; `rule` in
//! the audit record names it: `halted`, `halted_tenant`, `halted_client`, `halted_caller`, `disabled` or `read_only`. The caller is still authenticated, and
//! requests that name no item (`ping`, `initialize`, `server/discover`) are answered as before. Public tools that are called without a credential belong to
//! no tenant, client or caller: only the other switches turn them off.
//!
//! Switches and [`Revocations`](crate::Revocations) differ: a revoked caller is not let in at all (HTTP 401), and a revocation ends at a set
//! time. Halt callers that may be innocent and that you expect to resume soon; revoke credentials that were stolen.
//!
//! # What happens to running calls
//!
//! A call counts as running from its arrival to its answer, including the time in which it waits for a person, for an approver or for the
//! shared store. By default, a switch ends it at once:
//!
//! | the call | its caller is told | the audit log has |
//! |---|---|---|
//! | only reads | `unavailable` | one record with the decision `halted` |
//! | may write, and its body has not started: it waits for a confirmation, an answer, an approver | `unavailable` | the same, with `body` `not_started`. The question is withdrawn; an answer that comes later counts for nothing |
//! | may write, and its async body has started | `outcome_unknown` | an intent, and an outcome with the decision `halted`, `body` `dropped` and `answered` `halted` |
//! | may write, and its blocking body has started | `outcome_unknown` | an intent, and, when the body has ended, an outcome with its result and `answered` `halted` |
//!
//! A blocking body cannot be stopped from outside. It can check [`Call::is_abandoned`](crate::Call::is_abandoned) to find out whether it should stop.
//!
//! The `…_gracefully` form of each switch refuses new calls and lets running calls finish. A call that waits for a person continues when the
//! person has answered. Clients of protocol 2026-07-28 are asked by the result of a call and answer with another call; this is a new call, so
//! it is refused.
//!
//! To end all running calls and then accept new ones, call `halt()` and `resume()`, one right after the other.
//!
//! # More than one process
//!
//! With a [shared store](super::nodes), a switch takes effect in all processes of the server, and ends the calls that run there, usually within half a second. A process
//! that starts later learns which switches are off before it serves its first call. The processes also tell each other whether running calls are ended or may finish.
//!
//! Without a shared store, a switch applies to one process, and is forgotten when that process ends.
//!
//! # Items for some callers only
//!
//! [`only_for`](crate::ServerBuilder::only_for) is decided when the server is built: `.only_for(clients(["claude-desktop"]))` on the builder lets only named model clients
//! in, and `.tool(Billing::forecast().only_for(tenants(["acme"])))` opens a new tool to some tenants first. For everybody else, the items do not exist, as if they were
//! switched off; `rule` in the audit record is `only_for`. The [policy manifest](crate::SecureServer::policy) shows the lists. See [`AllowList`](crate::AllowList).
//!
//! # What it costs
//!
//! A call reads a few atomic flags. Up to 16,384 scopes can be halted at the same time; a further one is refused with
//! [`NotHalted::Full`](crate::NotHalted::Full), and none is forgotten. While no scope is halted, calls do not search the table of scopes.
