//! Circuit breakers: what happens to calls while the system behind a tool is down.
//!
//! After this chapter you can make calls fail fast while a system is down, and you know which failures count.
//!
//! A tool that calls a system which is down keeps its callers waiting, and its calls make it harder for that system to recover. A circuit breaker stops them:
//!
//! ```
//! # use secure_tool::prelude::*;
//! # struct Billing;
//! # impl Billing {
//! /// Say what a currency is worth today.
//! #[secure_tool(
//!     scope = "rates:read", owner = unowned("exchange rates are public"), read_only, timeout = 2s,
//!     breaker(failures = 5, cooldown = 30s),
//! )]
//! async fn exchange_rate(
//!     &self,
//!     /// Three letters.
//!     #[arg(pattern = "^[A-Z]{3}$")]
//!     currency: String,
//! ) -> Result<String, ToolError> {
//! #   let _ = currency;
//!     Err(ToolError::unavailable(std::time::Duration::from_secs(5)))
//! }
//! # }
//! # fn main() -> Result<(), secure_tool::BuildError> {
//! # let _ =
//! SecureServer::builder(Billing).tool(Billing::exchange_rate()).build()?;
//! # Ok(())
//! # }
//! ```
//!
//! - **Closed**: calls start. After `failures` failed bodies in a row, the breaker opens.
//! - **Open**: no call starts for the `cooldown`. Each is refused at the stage `limits` as `unavailable`, with the rest of the cooldown as the
//!   time to wait; the `rule` in the audit record is `breaker`. Nothing is loaded for such a call, and nobody is asked to confirm it.
//! - **Probing**: after the cooldown one call is let through, and all others are refused until it has ended, or the tool's timeout is over. If
//!   it succeeds, the breaker closes; if it fails, the breaker opens again. If a probe has not ended by its timeout, because a blocking body
//!   hangs, the next call becomes the probe.
//!
//! # What counts as a failure
//!
//! A body has failed if it answers `unavailable`, fails as `internal` (every error that is masked, and a panic), or takes longer than the
//! timeout. Any other end of a body shows that the system works, and resets the count. This includes errors such as `conflict` or `not_found`,
//! and an answer that the release stage withholds.
//!
//! A call that was refused before its body does not count, and neither does a call that was cancelled or whose caller was revoked. If such a
//! call was the probe, the next call becomes the probe. A blocking body that continues after its caller has left counts when it ends; one that
//! has timed out has already counted as a failure.
//!
//! A call that began before the breaker opened does not change it when it ends.
//!
//! # For what, and where
//!
//! Tools, resources and prompts can have a breaker. Each item has its own, for the calls of all callers. So one caller whose calls are slow or
//! fail internally can stop the item for everybody. Give the item a [rate](super::limits) that is well below what the system behind it can
//! handle, and report mistakes of a caller with `invalid`, `conflict` or `not_found`. A breaker does not cover the `list` function and the
//! completions of a resource: they do not count, and are not stopped.
//!
//! Each process has its own breakers, even with a [shared store](crate::ServerBuilder::shared), because one node may reach a system that
//! another one cannot. With three nodes, up to three probes run at the same time.
//!
//! The library logs a warning when a breaker opens, and an event of the level `INFO` when it closes.
