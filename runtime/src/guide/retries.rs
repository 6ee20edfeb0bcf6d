//! # Calls that are made again
//!
//! An answer is lost on its way, a model is not sure, a client tries once more: the call comes again, and the rent is paid twice. A tool that says how it
//! recognizes a call that was made before runs once, and the call that is made again has the answer of the first.
//!
//! ```
//! use secure_tool::prelude::*;
//! use serde_json::json;
//!
//! # #[derive(Default)]
//! # struct Bank { paid: std::sync::atomic::AtomicU32 }
//! impl Bank {
//!     /// Pay an amount to a landlord.
//!     #[secure_tool(scope = "payments:write", owner = unowned("one account pays everything"), idempotent(key = request_id))]
//!     async fn pay(
//!         &self,
//!         /// How much, in cents.
//!         amount: u32,
//!         /// The key of this payment.
//!         request_id: String,
//!     ) -> String {
//!         let _ = request_id; // the guard has looked at it; the application may store it with the payment
//!         let number = self.paid.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
//!         format!("payment {number} of {amount}")
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let server = SecureServer::builder(Bank::default()).tool(Bank::pay()).allow_writes().build()?;
//! # let alice = std::sync::Arc::new(Caller::local("alice").with_scopes(["payments:write"]));
//! let pay = |amount: u32, key: &str| {
//!     let arguments = json!({"amount": amount, "request_id": key}).as_object().cloned().unwrap_or_default();
//!     server.call(&alice, "pay", arguments)
//! };
//! assert_eq!(pay(95_000, "c1f0f7a2-rent").await.text(), "payment 0 of 95000");
//! assert_eq!(pay(95_000, "c1f0f7a2-rent").await.text(), "payment 0 of 95000"); // the same payment
//! assert_eq!(pay(95_000, "7be4d00c-rent").await.text(), "payment 1 of 95000"); // another one, on purpose
//!
//! let error = pay(12_000, "c1f0f7a2-rent").await.into_result().unwrap_err();
//! assert_eq!(error.code(), secure_tool::Code::Conflict); // the key was that of another payment
//! # Ok(())
//! # }
//! ```
//!
//! # Which form to choose
//!
//! | | a call is the same if | choose it where |
//! |---|---|---|
//! | `idempotent(key = request_id)` | the model sends the same key | the same thing may be wanted twice: payments, orders, messages |
//! | `idempotent(within = 10m)` | it has the same arguments | the same thing twice within that time is always a mistake: an import of one file, a report of one day |
//!
//! The key is a parameter of the type `String`, `Bounded<_, _>` or `Uuid`. Its description gets a paragraph that tells the model to make a new random value for each operation
//! and to repeat it with a retry, and a `String` gets a `minLength` of 8 if it has none. A key is known for 24 hours (`keep = 48h` changes it, up to 7 days).
//!
//! With `within`, the arguments are compared in the form that they mean: the order of keys, `1` or `1.0`, a default that is written or left out make no difference. A client that
//! knows when it repeats a call can send a key of its own, a text of 1 to 128 bytes, in `_meta` under `secure-tool/idempotency-key`; it counts instead of the arguments,
//! so that two calls with the same arguments and different keys are two. A tool with a `key` ignores it: the model's key is in the arguments of the repeated request as well.
//!
//! Either way the caller (tenant and subject) and the tool are a part of what is compared: a key of somebody else is another key. What a person gives
//! ([`Asked`](crate::Asked)) is not, as a repeated call asks nobody.
//!
//! # What models and clients see
//!
//! Before anything of an earlier call leaves, the new one passes all stages up to the owner: its credential, its scopes, its limits, and whose the objects are. A caller who has lost an object
//! is told `not_found`, and not the answer. An answer that somebody had with the [override scope](crate::ServerBuilder::override_scope) stays away without it, as one that is not kept. The rows of a kept answer
//! are not compared with their owners again: it is the answer of then. Nobody is asked to confirm again.
//!
//! | the same call | the answer |
//! |---|---|
//! | has ended | what it was answered, with what was masked in it; also a `not_found`, `invalid_arguments`, `conflict` or `forbidden` that the body itself has said |
//! | is still running | `conflict`, and when to try again |
//! | has ended, and its answer is longer than 64 KiB | `conflict`: it was done before, do not repeat it |
//! | is in doubt | `outcome_unknown`: do not repeat it |
//! | was refused before its body, or its body said [`unavailable`](crate::ToolError::unavailable) | the call runs |
//! | had other arguments under this key | `conflict` |
//!
//! The tool is published with `idempotentHint: true`. In the audit log the repeated call has one record, with `"repeated": true`, the rule `repeated`, and a body that has not started.
//!
//! # What in doubt means
//!
//! A call is in doubt if its body has started and nobody has learnt how it ended: it panicked, failed with an internal error, took longer than its timeout, was cut with its client, its
//! caller's [revocation](crate::Revocations) or its process, or the store was down when it ended. It may have happened, so it is never run again under this key, until the key is forgotten. A repeated call is told
//! `conflict` as long as the first one could be running, which is its timeout and a second more, and `outcome_unknown` from then on.
//!
//! What to do then is for the application: offer a tool that reads the state (`list_payments`), so that the model can look. A body that passes its key on to the system it calls, as
//! payment providers take one, can be repeated with a new key by a person who has looked. A body that fails before it has done anything says so with `unavailable` and not with `internal`, and the call can
//! be made again with the same key. A blocking body that ends after its timeout tells the truth then: the answer takes the place of the doubt.
//!
//! # Where it is remembered
//!
//! In the [shared store](crate::ServerBuilder::shared), if the server has one, so that a retry at another process is recognized as well; else in the memory of the process, which forgets with its
//! end. Answers are sealed with keys of the [`KeyRing`](crate::KeyRing), each for its own call: the store reads none and cannot put one in the place of another. The in-memory store keeps 65,536
//! calls with 64 MiB of answers until their time is over, and an eighth of that for one caller. Redis has no limit for one caller but the rates of your tools. Without room, or while the store is down, the call is refused as `unavailable` before anything happens, [whatever `WhenDown` says](crate::store::WhenDown).
//!
//! When the secret of the key ring changes, calls are known by the previous one as well. While some processes have the new secret as the current one and others do not, two calls that come at the same moment
//! at two of them can both run.
//!
//! An answer is sent again only by the same version of the tool (`version = "…"`) and the library under the same rules of release: masks, `releases(…)`, and `max_output`. After a
//! change, the same call is told that its answer is not kept.
//!
//! # What it does not cover
//!
//! - What happens outside of this server. The guard runs the body once; what a body does twice by itself, or a system behind it does twice, is theirs.
//! - A call that is made again after its key is forgotten runs again.
//! - A store that begins a call and fails to say so leaves it in doubt, although nothing was done.
//! - A store that loses its data, as after a restart without persistence, has forgotten the calls.
//! - Tools that read, resources and prompts: they can be called again anyway (ST52).
