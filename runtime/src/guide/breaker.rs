//! # A breaker for what is down
//!
//! A tool that asks a system which is down keeps its callers waiting, and keeps the other system from getting up again. A breaker stops that:
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
//! - **Closed**: calls start. After `failures` bodies in a row that have failed, it opens.
//! - **Open**: no call starts for the `cooldown`. Each is refused at the stage `limits` as `unavailable`, and is told how much of the cooldown is left; the audit record says
//!   `breaker`. Nothing is loaded for such a call, and nobody is asked to confirm it.
//! - **Probing**: after the cooldown one call is let through, and all others are refused until it has ended, or the tool's timeout is over. If it succeeds, the breaker closes; if it
//!   fails, the breaker opens again. A probe that has said nothing by its timeout, such as a blocking body that hangs, is followed by another one.
//!
//! # What counts as a failure
//!
//! A body has failed if it answers `unavailable`, fails as `internal` (every error that is masked, and a panic), or takes longer than the timeout. Any other end of a body shows that the
//! system works, so that it resets the count: also an error such as `conflict` or `not_found`, and an answer that the release stage holds back.
//!
//! A call that was refused before its body says nothing, and neither does one that was cancelled or whose caller was revoked. If such a call was the probe, the next call is. A body that
//! blocks and runs on after its caller has left is judged when it ends; one that has timed out was judged then.
//!
//! A call that began before the breaker opened does not change it when it ends.
//!
//! # For what, and where
//!
//! Tools, resources and prompts can have a breaker. Each item has its own, for the calls of all callers. So one caller whose calls are slow or fail inside can stop the item for everybody:
//! give it a [rate](super::limits) that is well below what the system behind it can take, and answer what a caller did wrong with `invalid`, `conflict` or `not_found`. A resource's `list` and completions are other functions, and neither
//! count nor are stopped.
//!
//! Each process has its own as well, also with a [shared store](crate::ServerBuilder::shared): what one node cannot reach, another one may. With three nodes, up to three
//! probes run at the same time.
//!
//! The application's log has a warning when a breaker opens, and a note when it closes.
