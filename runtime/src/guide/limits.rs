//! Limits: how often a tool may be called.
//!
//! After this chapter you can limit the calls of a caller, a tenant, a client or a whole server with rates, quotas, costs and budgets.
//!
//! ```
//! # use secure_tool::{Per, Rate, Unit, prelude::*};
//! # struct Billing;
//! # impl Billing {
//! /// Export a month of invoices.
//! #[secure_tool(
//!     scope = "invoices:export", owner = caller("its answer is a file"), read_only,
//!     rate = [10/minute, rate(100/hour, per = tenant)], // both apply
//!     quota = 500/day,                                  // from midnight to midnight in UTC
//!     cost = 5,                                         // one export counts as five calls
//! )]
//! async fn export(&self, caller: &Caller) -> String { caller.subject().into() }
//! # }
//! # fn main() -> Result<(), secure_tool::BuildError> {
//! # let _ =
//! SecureServer::builder(Billing)
//!     .tool(Billing::export())
//!     .budget(Rate::new(600, Unit::Minute).per(Per::Tenant)) // all tools together
//! #     .build()?;
//! # Ok(())
//! # }
//! ```
//!
//! - A **rate** is replenished continuously: `10/minute` allows one more call every six seconds, and ten at once after a minute without calls
//!   (`burst` sets how many at once). A tool without a rate has the default of the server, [60 a minute](crate::ServerBuilder::default_rate).
//!   If a tool has a list of rates, all of them apply.
//! - A **quota** is the number of calls in one day. It is replenished as a whole at midnight in UTC, and not before. Setting the clock back does not replenish it.
//! - A **budget** of the [builder](crate::ServerBuilder::budget) is a rate or a quota for all tools together.
//! - The **cost** of a tool is the number of calls that one call counts as, for each of these limits. A cost above what a limit allows at once
//!   is an error, which the compiler reports if both are in the attribute, and `build()` otherwise.
//!
//! Each limit counts the calls of one `caller` (subject and tenant; without a credential, an address), one `tenant`, one `client`, or all calls of
//! the `tool`. A limit per tenant refuses callers without a tenant, and a limit per client refuses callers without a client.
//!
//! All limits of a call are checked before any is charged, so a refused call is not charged. The limit with the longest wait determines
//! `retry_after`, and `rule` in the audit record names its kind: `rate`, `quota` or `budget`. Every call that passes its limits counts,
//! regardless of its outcome; a call about which a person is asked counts once.
//!
//! # Memory
//!
//! Counts are kept in tables of [fixed size](crate::ServerBuilder::rate_cells), regardless of the number of callers. If more callers are active
//! than there is room for, some of them share a count: their limits become stricter, never laxer, and no caller can evict its own count. Quotas
//! have a separate table, because their counts last until midnight and would crowd out those of rates.
