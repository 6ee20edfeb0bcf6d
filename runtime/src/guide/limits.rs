//! # How often a tool may be called
//!
//! ```
//! # use secure_tool::{Per, Rate, Unit, prelude::*};
//! # struct Billing;
//! # impl Billing {
//! /// Export a month of invoices.
//! #[secure_tool(
//!     scope = "invoices:export", owner = caller("its answer is a file"), read_only,
//!     rate = [10/minute, rate(100/hour, per = tenant)], // both hold
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
//! - A **rate** gives calls back little by little: `10/minute` is one more every six seconds, and ten at once after a minute without any
//!   (`burst` sets how many at once). A tool without a rate has the server's,
//!   [60 a minute](crate::ServerBuilder::default_rate); a list of rates holds as a whole.
//! - A **quota** is a number of calls a day. It gives all of them back at midnight in UTC, and none before. A clock that is set back gives nothing
//!   back.
//! - A **budget** of the [builder](crate::ServerBuilder::budget) is a rate or a quota for all tools together.
//! - The **cost** says as how many calls one counts, for each of them. A cost above what a limit allows at once is an error: by the compiler where both
//!   are in the attribute, else by `build()`.
//!
//! Each counts the calls of one `caller` (subject and tenant; without a credential, an address), one `tenant`, one `client`, or all calls of
//! the `tool`. A limit per tenant or client refuses a caller that has none.
//!
//! All limits of a call are checked before any is charged, so that a refused call uses nothing up. The strictest says when to come back
//! (`retry_after`), and `rule` in the audit record says which kind it is: `rate`, `quota` or `budget`. Every call that gets past its limits counts, whatever becomes
//! of it afterwards; a call that a person is asked about counts once.
//!
//! # Memory
//!
//! Counts live in tables of [fixed size](crate::ServerBuilder::rate_cells), however many callers come. When more are active than there is room for, some share a count:
//! limits become stricter, never laxer, and no caller can evict its own count. Quotas have a table of their own, as their counts last until
//! midnight and would crowd out those of rates.
