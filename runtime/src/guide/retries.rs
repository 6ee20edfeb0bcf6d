//! Retries: a call that is repeated has its effect only once.
//!
//! After this chapter you can write tools whose calls a client can safely repeat, and you know which answer a repeated call gets.
//!
//! If an answer is lost on its way, or a model is not sure whether a call has succeeded, the call is repeated, and the rent is paid twice. With
//! `idempotent(…)` a tool declares how the guard recognizes a repeated call. Its body then runs only once, and the repeated call gets the
//! answer of the first one.
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
//!         let _ = request_id; // the guard has used it; the application may store it with the payment
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
//! assert_eq!(error.code(), secure_tool::Code::Conflict); // this key was used for another payment
//! # Ok(())
//! # }
//! ```
//!
//! # Which form to choose
//!
//! | | a call counts as repeated if | choose it if |
//! |---|---|---|
//! | `idempotent(key = request_id)` | the model sends the same key | the same thing may be wanted twice: payments, orders, messages |
//! | `idempotent(within = 10m)` | it has the same arguments | the same thing twice within that time is always a mistake: an import of one file, a report of one day |
//!
//! The key is a parameter of the type `String`, `Bounded<_, _>` or `Uuid`. The published description of the key gets a paragraph that tells the
//! model to make up a new random value for each operation and to send the same value when it retries, and a `String` gets a `minLength` of 8 if
//! it has none. A key is remembered for 24 hours (`keep = 48h` changes it, up to 7 days).
//!
//! With `within`, the guard compares the meaning of the arguments: the order of keys, `1` instead of `1.0`, and a default that is left out make
//! no difference. A client that knows when it repeats a call can send its own key, a text of 1 to 128 bytes, in `_meta` under
//! `secure-tool/idempotency-key`. The guard then compares this key instead of the arguments, so two calls with the same arguments and different
//! keys are two calls. A tool with a `key` ignores the client's key, because the arguments of a repeated request contain the model's key.
//!
//! With both forms, the guard also compares the caller (tenant and subject) and the tool, so the keys of two callers are never the same. Values
//! that a person enters ([`Asked`](crate::Asked)) are not compared, because a repeated call asks nobody.
//!
//! # What models and clients see
//!
//! Before the answer of an earlier call is sent again, the repeated call passes all stages up to the owner stage, which check its credential,
//! scopes, limits and objects. A caller who no longer owns an object gets `not_found` and not the answer. If the earlier call used the
//! [override scope](crate::ServerBuilder::override_scope) and the repeated call does not have it, the answer is treated as one that is not
//! kept. The owners of the rows in a kept answer are not checked again: it is the answer that was given at the time. Nobody is asked to confirm
//! again.
//!
//! | the earlier call | the answer to the repeated call |
//! |---|---|
//! | has ended | the same answer, with the same masks; this includes a `not_found`, `invalid_arguments`, `conflict` or `forbidden` from the body itself |
//! | is still running | `conflict`, and when to try again |
//! | has ended, and its answer is longer than 64 KiB | `conflict`: it was done before, do not repeat it |
//! | is in doubt | `outcome_unknown`: do not repeat it |
//! | was refused before its body, or its body failed with [`unavailable`](crate::ToolError::unavailable) | the repeated call runs like a new one |
//! | had other arguments under this key | `conflict` |
//!
//! The tool is published with `idempotentHint: true`. In the audit log the repeated call has one record, with `"repeated": true`, the rule `repeated`, and a body that has not started.
//!
//! # When a call is in doubt
//!
//! A call is in doubt if its body has started and the guard does not know how it ended: it panicked, failed with an internal error, took longer
//! than its timeout, was cut because its client left, its caller was [revoked](crate::Revocations) or its process ended, or the store was down
//! when it ended. The call may have had its effect, so it does not run again until its key is forgotten. A repeated call gets `conflict` as
//! long as the first one may still be running, which is its timeout and one second more, and `outcome_unknown` from then on.
//!
//! Your application decides what to do then. Offer a tool that reads the state (`list_payments`), so that the model can check what happened. If
//! the body passes its key on to the system that it calls, as payment providers allow, a person can check there what happened, and then repeat
//! the operation with a new key. A body that fails before it has had an effect should fail with `unavailable` and not with `internal`: the call
//! can then be repeated with the same key. If a blocking body ends after its timeout, the call is no longer in doubt, and a repeated call gets
//! its answer.
//!
//! # Where calls are remembered
//!
//! Calls are remembered in the [shared store](crate::ServerBuilder::shared), if the server has one, so that a retry at another process is
//! recognized as well; otherwise in the memory of the process, until it ends. Answers are sealed with keys of the [`KeyRing`](crate::KeyRing),
//! each for its own call: the store can neither read an answer nor exchange it for another one. The in-memory store keeps 65,536 calls with 64
//! MiB of answers until they expire, and one caller can use an eighth of that. In Redis, only the rates of your tools limit what one caller can
//! use. If there is no room, or while the store is down, the call is refused as `unavailable` before anything happens, [whatever `WhenDown`
//! says](crate::store::WhenDown).
//!
//! After a change of the secret of the key ring, calls that were remembered with the previous secret are still recognized. While some processes
//! have the new secret as the current one and others do not, two calls that arrive at two of them at the same moment can both run.
//!
//! An answer is sent again only if nothing has changed that determines it: the version of the tool (`version = "…"`), the version of the
//! library, and the release rules (masks, `releases(…)` and `max_output`). After a change, the repeated call is told that its answer is not
//! kept.
//!
//! # What idempotency does not cover
//!
//! - Systems outside of this server. The guard runs the body once, but a body, or a system behind it, can still do something twice.
//! - Forgotten keys. A call that is repeated after its key is forgotten runs again.
//! - Lost replies of the store. If the store has recorded the beginning of a call and its reply is lost, the call is in doubt although nothing was done.
//! - Lost data of the store. After a restart without persistence, for example, the calls are forgotten.
//! - Tools that read, resources and prompts. It is always safe to repeat them (ST52).
