//! A data layer that cannot be misused, because it asks for proofs.
//!
//! A guard in front of a function decides *whether* it runs. What the function then asks of a database is beyond any guard — unless the data
//! layer asks back. Three types of this crate cannot be made by anybody but the guard, and do not outlive the call:
//!
//! | proof | says | comes from |
//! |---|---|---|
//! | [`&Caller`](crate::Caller) | this is who calls | the transport, never the model |
//! | [`Owned<T>`](crate::Owned) | this object belongs to the caller | the key that the model gave, loaded and compared |
//! | [`&Permit<E>`](crate::Permit) | this call may read, write or destroy | the tool's declared effect; for `destructive` tools, after a person has confirmed |
//!
//! (An application can make a [`Caller`](crate::Caller) for a transport of its own and for tests. It cannot make the other two.) Write the functions
//! of the data layer so that they take them, and there is no way to call one from a tool whose policy does not cover it:
//!
//! ```
//! use secure_tool::prelude::*;
//! # use std::{collections::HashMap, fmt, sync::{Mutex, PoisonError}};
//!
//! #[derive(Clone)]
//! pub struct Invoice { number: u32, tenant: String, paid: bool }
//! # impl Resource for Invoice { type Key = u32; fn owner(&self) -> Owner { Owner::tenant(self.tenant.as_str()) } }
//! # impl fmt::Display for Invoice {
//! #     fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { write!(f, "invoice {}", self.number) }
//! # }
//!
//! /// The only way to the invoices. The map is private to this module.
//! pub struct Invoices { by_number: Mutex<HashMap<u32, Invoice>> }
//!
//! impl Invoices {
//!     /// A list is bound to a caller: there is no function that lists them all.
//!     pub fn of(&self, caller: &Caller) -> Vec<Invoice> {
//!         self.all().values().filter(|invoice| caller.owns(&invoice.owner())).cloned().collect()
//!     }
//!
//!     /// Takes a permit, and an invoice that was found to be the caller's: not a number.
//!     pub fn mark_paid(&self, _permit: &impl Allows<Write>, invoice: &Owned<'_, Invoice>) {
//!         if let Some(invoice) = self.all().get_mut(&invoice.number) { invoice.paid = true }
//!     }
//!
//!     /// Takes the strongest permit, and takes the invoice away: it cannot be used afterwards.
//!     pub fn delete(&self, _permit: &impl Allows<Destroy>, invoice: Owned<'_, Invoice>) {
//!         self.all().remove(&invoice.number);
//!     }
//!
//!     fn all(&self) -> std::sync::MutexGuard<'_, HashMap<u32, Invoice>> {
//!         self.by_number.lock().unwrap_or_else(PoisonError::into_inner)
//!     }
//! }
//! # impl Load<Invoice> for Invoices {
//! #     async fn load(&self, number: &u32) -> Result<Option<Invoice>, ToolError> { Ok(self.all().get(number).cloned()) }
//! # }
//!
//! /// Delete an invoice for good.
//! #[secure_tool(scope = "invoices:delete", owner = invoice, destructive, confirm = "Delete {invoice} for good?")]
//! async fn delete_invoice(
//!     invoices: &Invoices,
//!     permit: &Permit<Destroy>,
//!     /// Which one.
//!     invoice: Owned<Invoice>,
//! ) {
//!     invoices.delete(permit, invoice);
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let invoice = Invoice { number: 7, tenant: "acme".into(), paid: false };
//! # let invoices = Invoices { by_number: Mutex::new(HashMap::from([(7, invoice)])) };
//! # let server = SecureServer::builder(invoices).tool(delete_invoice()).allow_writes().build()?;
//! # let caller = std::sync::Arc::new(Caller::new("alice").with_tenant("acme").with_scopes(["invoices:delete"]));
//! # let arguments = serde_json::json!({"invoice": 7}).as_object().cloned().unwrap_or_default();
//! # let ask = |question: secure_tool::Question| async move { question.text == "Delete “invoice 7” for good?" };
//! # assert!(!server.call_asking(&caller, "delete_invoice", arguments, ask).await.is_error());
//! # Ok(())
//! # }
//! ```
//!
//! A tool that says it only reads is lent a `Permit<Read>` and gets no further:
//!
//! ```compile_fail
//! # use secure_tool::prelude::*;
//! # #[derive(Clone)]
//! # pub struct Invoice { number: u32, tenant: String }
//! # impl Resource for Invoice { type Key = u32; fn owner(&self) -> Owner { Owner::tenant(self.tenant.as_str()) } }
//! # pub struct Invoices;
//! # impl Load<Invoice> for Invoices {
//! #     async fn load(&self, _: &u32) -> Result<Option<Invoice>, ToolError> { Ok(None) }
//! # }
//! # impl Invoices { pub fn delete(&self, _permit: &impl Allows<Destroy>, _invoice: Owned<'_, Invoice>) {} }
//! /// Look at an invoice.
//! #[secure_tool(scope = "invoices:read", owner = invoice, read_only)]
//! async fn look(
//!     invoices: &Invoices,
//!     permit: &Permit<Read>,
//!     /// Which one.
//!     invoice: Owned<Invoice>,
//! ) {
//!     invoices.delete(permit, invoice); // `Permit<Read>` does not allow `Destroy`
//! }
//! ```
//!
//! # What to ask for
//!
//! - **For a change: a permit.** `&impl Allows<Write>` takes every permit that is strong enough. Ask for `Allows<Destroy>` where something is gone
//!   afterwards. For reads a permit is seldom worth its place in the signature.
//! - **For one object: `Owned<T>`**, by reference to change it and by value to end it. Not its key: a key is what anybody can write.
//! - **For many objects: `&Caller`**, and put it into the `WHERE` inside the function, once.
//! - **For what leaves: [`Mine<T>`](crate::Mine)**, the same check at the exit. It finds the query whose `WHERE` was forgotten.
//! - **Keep the connection private.** A pool that tools can reach is a way around all of this. With a database that knows roles, let the reads run
//!   on a connection that cannot write; then the proof in the type and the one in the database say the same.
//!
//! Proofs are lent for the length of a call. A permit cannot be put into a task that outlives it, a queue or a struct; what a job does later, it
//! does under a policy of its own.
//!
//! Tests of the data layer go through a server as well: [`SecureServer::call`](crate::SecureServer::call) in the test's own process, with a
//! [`Caller`](crate::Caller) that the test makes. There is no back door for tests, because it would be one for everybody.
