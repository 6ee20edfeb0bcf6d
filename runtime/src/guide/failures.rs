//! Failures: what the model and the audit record learn about an error.
//!
//! After this chapter you can report errors that a model can act on, without disclosing internals. A tool fails with a
//! [`ToolError`](crate::ToolError), or with your own enum, which declares what the model may know about each variant. Everything else is
//! masked: the model reads `internal`, and the audit record has the cause.
//!
//! ```
//! use secure_tool::prelude::*;
//!
//! #[derive(Debug, ToolFailure)]
//! enum BillingError {
//!     /// The model reads `not_found` and the sentence.
//!     #[failure(not_found)]
//!     NoInvoice,
//!     /// The model may repeat the call after 30 seconds.
//!     #[failure(unavailable(30s))]
//!     BankIsClosed,
//!     /// Without `#[failure]` the error is masked.
//!     Database(std::io::Error),
//! }
//!
//! impl std::fmt::Display for BillingError {
//!     fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
//!         match self {
//!             Self::NoInvoice => f.write_str("no such invoice"),
//!             Self::BankIsClosed => f.write_str("the bank is closed"),
//!             Self::Database(error) => write!(f, "database: {error}"),
//!         }
//!     }
//! }
//!
//! impl std::error::Error for BillingError {}
//!
//! # struct Billing;
//! # impl Billing {
//! /// Count the open invoices of everybody.
//! #[secure_tool(scope = "invoices:count", owner = unowned("a number, which belongs to no invoice"), read_only)]
//! async fn count_open(&self) -> Result<Json<u32>, BillingError> {
//!     let text = std::fs::read_to_string("/nonexistent").map_err(BillingError::Database)?;
//!     Ok(Json(u32::try_from(text.len()).map_err(|_| BillingError::NoInvoice)?))
//! }
//! # }
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let server = SecureServer::builder(Billing).tool(Billing::count_open()).build()?;
//! # let caller = std::sync::Arc::new(Caller::local("alice").with_scopes(["invoices:count"]));
//! let answer = server.call(&caller, "count_open", Default::default()).await;
//! assert!(answer.text().contains("internal") && !answer.text().contains("nonexistent"));
//! # Ok(())
//! # }
//! ```
//!
//! | the body fails with | the model reads |
//! |---|---|
//! | [`ToolError::not_found`](crate::ToolError::not_found), `conflict`, `forbidden`, `invalid`, `unavailable` and so on | the [code](crate::Code) and the sentence that your application gives, masked like an answer |
//! | an enum with `#[derive(ToolFailure)]` | the same, according to the declaration of each variant |
//! | any other `std::error::Error`, `Box<dyn Error + Send + Sync>`, and with the feature `anyhow` an `anyhow::Error` | `internal` |
//! | a panic | `internal`; `outcome_unknown` if the tool may write |
//!
//! In a body that fails with [`ToolError`](crate::ToolError), `?` keeps the class of a `ToolError` and masks every other `std::error::Error`.
//! [`.map_err(ToolError::masked)`](crate::ToolError::masked) masks any error, including an `anyhow::Error`, which `?` does not convert by itself.
//!
//! # What a caller can rely on
//!
//! `unavailable` with a time to try again means that the call has had no effect. If a tool that may write has started and the guard does not know how it ended
//! (it took too long, it panicked, the server stopped, or its outcome could not be recorded), the code is `outcome_unknown`. Its text asks the model to look
//! at the state first, and never to repeat the call. [Idempotency keys](super::retries) make it safe to repeat a call.
