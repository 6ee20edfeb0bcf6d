//! Ownership: who an object belongs to, and how the guard checks it on the way in and on the way out.
//!
//! After this chapter you can declare the owner of every item, and let the guard check the objects that a call names and those that an answer contains.
//!
//! An attacker who talks to a model needs no exploit to read other people's data: it is enough that the model sends somebody else's id (broken object level
//! authorization, BOLA). So every tool, resource and prompt declares an `owner`, and the guard compares the owner of each object with the caller.
//!
//! | the item | declares | the guard |
//! |---|---|---|
//! | takes an object | `invoice: Owned<Invoice>`, `owner = invoice` | loads it with [`Load`](crate::Load), compares its [owner](crate::Resource::owner), and gives the body the proof |
//! | takes the key of an object that it does not need to load | `note: NoteKey`, `owner = note` | asks [`OwnerOf`](crate::OwnerOf) who owns it |
//! | reads what belongs to the caller | `caller: &Caller`, `owner = caller`, returns [`Mine<_>`](crate::Mine) | compares every object in the answer before it leaves |
//! | returns something that belongs to no row | `owner = caller("sums over the caller's own rows")` | records the reason in the [manifest](crate::PolicyManifest) |
//! | uses nobody's objects | `owner = unowned("the exchange rate is public")` | records the reason in the manifest |
//!
//! An object that is absent and one that belongs to somebody else get the same answer, byte for byte: `not_found`.
//!
//! # Owners
//!
//! An [`Owner`](crate::Owner) is a subject, a tenant, or a subject of a tenant. [`Owner::subject`](crate::Owner::subject) compares with the caller's
//! subject, [`Owner::tenant`](crate::Owner::tenant) with the tenant. A caller without a tenant does not own the objects of any tenant.
//!
//! # Keys
//!
//! A tool that does not need the loaded object takes its key. Give each kind of object its own key type; the state says who owns the object with a key:
//!
//! ```
//! # use secure_tool::{prelude::*, serde::Deserialize, schemars::JsonSchema};
//! #[derive(Deserialize, JsonSchema)]
//! struct NoteKey(String);
//!
//! struct Desk;
//!
//! impl OwnerOf<NoteKey> for Desk {
//!     async fn owner_of(&self, key: &NoteKey) -> Result<Option<Owner>, ToolError> {
//!         // Ask the database; `None` if there is no such note.
//!         Ok((key.0 == "n1").then(|| Owner::subject("alice")))
//!     }
//! }
//!
//! impl Desk {
//!     /// Archive a note.
//!     #[secure_tool(scope = "notes:write", owner = note)]
//!     async fn archive(
//!         &self,
//!         /// The note to archive.
//!         note: NoteKey,
//!     ) -> Result<(), ToolError> {
//!         let NoteKey(_archived) = note;
//!         Ok(())
//!     }
//! }
//! # fn main() { let _ = Desk::archive(); }
//! ```
//!
//! # Answers
//!
//! `owner = caller` leaves the query to the body, and the query can lack its `WHERE` clause. So a `read_only` tool with `owner = caller` returns
//! [`Mine<_>`](crate::Mine), and the guard compares every object in it with the caller. If one of them belongs to somebody else, the whole
//! answer is withheld: the caller reads `internal`, and an alert tells the operator.
//!
//! ```
//! # use secure_tool::{prelude::*, serde::Serialize, schemars::JsonSchema};
//! #[derive(Serialize, JsonSchema, HasOwners)]
//! struct InvoiceView {
//!     #[serde(skip)] // not for the model
//!     #[owner(tenant)] // what the guard compares
//!     company: String,
//!     cents: u64,
//! }
//!
//! # struct Billing;
//! # impl Billing {
//! /// List the caller's invoices.
//! #[secure_tool(scope = "invoices:read", owner = caller, read_only)]
//! async fn list_invoices(&self, caller: &Caller) -> Result<Mine<Vec<InvoiceView>>, ToolError> {
//!     let company = caller.tenant().ok_or_else(|| ToolError::forbidden("only for members of a company"))?;
//!     Ok(Mine(vec![InvoiceView { company: company.into(), cents: 1250 }]))
//! }
//! # }
//! # fn main() { let _ = Billing::list_invoices(); }
//! ```
//!
//! Put `#[owners]` on each field that contains objects with owners. A view that is made from an `Owned<Invoice>` with [`invoice.view(…)`](crate::Owned::view) carries
//! its owner.
//!
//! # Lists of keys
//!
//! If one key or object of a list does not belong to the caller, the whole call is refused. With `#[arg(skip_foreign)]` the guard leaves out
//! absent and foreign objects instead. The body gets the rest and does not learn which keys were missing, so it cannot tell the model. The
//! audit record counts what was left out.
//!
//! # Support staff and canaries
//!
//! [`override_scope`](crate::ServerBuilder::override_scope) names a scope with which a caller passes the ownership check for everybody's
//! objects; by default there is none. Every call that uses it has `overridden` in its record, and raises an alert.
//!
//! [`Resource::canary`](crate::Resource::canary) marks an object as a canary. A call for which the guard loads such an object raises an alert,
//! and its record has `canary`. For the caller it looks like any other object.
