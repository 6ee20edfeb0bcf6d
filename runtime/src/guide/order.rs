//! Order: tools that run only after another one.
//!
//! After this chapter you can require that one tool was called before another one, for the same caller and the same object.
//!
//! Some actions are safe only if their effect was shown before: a payment after a quote, a deletion after a preview. With `after(…)` the guard
//! enforces this order, and does not rely on a sentence in a prompt.
//!
//! ```
//! # use secure_tool::prelude::*;
//! # #[derive(Clone)]
//! # struct Invoice { euros: u32 }
//! # impl Resource for Invoice {
//! #     type Key = u32;
//! #     fn owner(&self) -> Owner { Owner::subject("alice") }
//! # }
//! # struct Billing;
//! # impl Load<Invoice> for Billing {
//! #     async fn load(&self, _: &u32) -> Result<Option<Invoice>, ToolError> { Ok(Some(Invoice { euros: 5 })) }
//! # }
//! # impl Billing {
//! /// Say what it costs to pay an invoice today.
//! #[secure_tool(scope = "invoices:read", owner = invoice, read_only)]
//! async fn quote(
//!     &self,
//!     /// The invoice's number.
//!     invoice: Owned<Invoice>,
//! ) -> String {
//!     format!("{} euros", invoice.euros)
//! }
//!
//! /// Pay an invoice.
//! #[secure_tool(scope = "invoices:pay", owner = invoice, after(Self::quote, within = 10m))]
//! async fn pay(
//!     &self,
//!     /// The invoice's number.
//!     invoice: Owned<Invoice>,
//! ) -> String {
//!     format!("Paid {} euros.", invoice.euros)
//! }
//! # }
//! # fn main() -> Result<(), secure_tool::BuildError> {
//! # let _ =
//! SecureServer::builder(Billing).tool(Billing::quote()).tool(Billing::pay()).allow_writes().build()?;
//! # Ok(())
//! # }
//! ```
//!
//! A call of `pay` is refused as `out_of_order` unless a call of `quote` has succeeded:
//!
//! - **for the same caller**, that is, the same subject and tenant, regardless of the client and the credential;
//! - **for the same object**, if both tools take an object of the same kind: an `Owned<T>`, or a key that `owner` names. The values of the two arguments are compared.
//!   If the tools share several kinds of objects, each of them has to be the same. If they share none, only the caller is compared;
//! - **within the time**, counted from the end of that call. Until then, one call of `quote` permits any number of calls of `pay`.
//!
//! The model is told before it calls: the description of `pay` ends with "Call \`quote\` first, for the same \`invoice\`, at most 10 minutes before.", and the refusal says
//! the same. So every caller who sees `pay` also learns the name of `quote`. Neither text depends on whether the caller may call `quote`, or whether `quote` is switched
//! off.
//!
//! # What counts
//!
//! A call counts when its answer is final: the body has succeeded, the answer has passed the release stage, and the call is in the audit log. A call that failed, was
//! cancelled, took too long or could not be recorded does not count, and neither does a call without a credential. If the earlier tool is
//! [`idempotent(…)`](crate::guide::retries), the time starts at the end of the call that has run, and sending its answer again does not restart it.
//!
//! The stage comes after the owner stage and before the confirmation, so that nobody is asked to confirm a call that comes too early. It is checked again when a person
//! has answered: if the quote is too old by then, nothing happens.
//!
//! # What `build()` refuses
//!
//! The compiler checks that the named function is a tool that runs on the same state. [`build`](crate::ServerBuilder::build) checks the rest, because a tool that can never be called is a mistake:
//!
//! - the earlier tool was not added to the server, or is not offered where the later one is (`only_in(…)`, or a tool that writes without `allow_writes()`);
//! - tools that require each other in a cycle;
//! - tools that share a kind of object, if one of them takes several such objects, an optional one, a list, or one that a person enters: the
//!   guard could not know which object has to be the same;
//! - a later tool that is public, because its calls may have no caller.
//!
//! # More than one node, and failures
//!
//! With a [shared store](crate::ServerBuilder::shared) and the same [`KeyRing`](crate::KeyRing), a call at one node counts at every other node.
//! The store learns neither names nor values, because its keys are keyed hashes. Without a store, each process remembers the calls that it has
//! served itself, and forgets them when it ends.
//!
//! After every failure the later tool is refused: as `unavailable` if the store does not answer, regardless of
//! [`WhenDown`](crate::store::WhenDown); as `out_of_order` if the earlier call could not be remembered, or was forgotten because the store ran out of room. The answer of the
//! earlier tool is sent in any case.
