//! The data layer: functions that take proofs instead of ids.
//!
//! After this chapter you can write a data layer that a tool cannot use beyond its policy, and enforce the same rule a second time in PostgreSQL.
//!
//! The guard decides *whether* a body runs. It does not see what the body then requests from the database, unless the data layer requires a proof. Three types
//! carry such a proof, and none of them outlives the call:
//!
//! | proof | says | comes from |
//! |---|---|---|
//! | [`&Caller`](crate::Caller) | who is calling | the transport, never the model |
//! | [`Owned<T>`](crate::Owned) | this object belongs to the caller | the key that the model sent; the guard has loaded the object and compared its owner |
//! | [`&Permit<E>`](crate::Permit) | this call may read, write or destroy | the effect that the tool declares; a `destructive` tool gets its permit after the confirmation |
//!
//! Your application can create a [`Caller`](crate::Caller), for tests and for its own transports. It cannot create the other two. If the functions of the data
//! layer take these types, a tool can call only those functions that its policy covers:
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
//! In a module that also imports [`std::io::Write`], write `&Permit<secure_tool::Write>`: an explicit import takes precedence over the prelude, and there `Write` is
//! the trait.
//!
//! A tool that is `read_only` gets a `Permit<Read>`, which is not enough to delete:
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
//! | the function | takes |
//! |---|---|
//! | changes something | `&impl Allows<Write>`, which accepts every permit that is strong enough; `&impl Allows<Destroy>` if it deletes something for good |
//! | reads or changes one object | `&Owned<'_, T>`; `Owned<'_, T>` by value if the function deletes the object. Never a bare id, because anybody can make one up |
//! | reads many objects | `&Caller`, and uses it in the `WHERE` clause inside of the function |
//! | returns objects | [`Mine<T>`](crate::Mine) in the tool: the guard compares the owners once more, and detects a query without its `WHERE` clause |
//!
//! Keep the connection private: a pool that tools can reach is a way around the proofs.
//!
//! A proof lasts as long as the call. You cannot store a permit in a struct or a queue, or move it to a task that outlives the call. A job that
//! runs later needs its own policy.
//!
//! Tests of the data layer call the tools with [`SecureServer::call`](crate::SecureServer::call) and a [`Caller`](crate::Caller) that they
//! create. There is no other way to create a proof in a test, because it would also work in production.
//!
//! # PostgreSQL with row-level security
//!
//! The database can enforce the same rule a second time. Two roles share the work. The first one can only find a row by its key, so that the
//! guard can compare its owner. The second one does everything else, and sees only the rows of one tenant:
//!
//! ```sql
//! CREATE TABLE invoice (
//!     number bigint PRIMARY KEY,
//!     tenant text NOT NULL CHECK (tenant <> ''),
//!     cents  bigint NOT NULL,
//!     paid   boolean NOT NULL DEFAULT false
//! );
//!
//! CREATE ROLE invoices_loader LOGIN; -- finds a row by its key, so that the guard can compare its owner
//! CREATE ROLE invoices_app    LOGIN; -- everything else
//! GRANT SELECT ON invoice TO invoices_loader;
//! GRANT SELECT, INSERT, UPDATE, DELETE ON invoice TO invoices_app;
//!
//! ALTER TABLE invoice ENABLE ROW LEVEL SECURITY;
//! ALTER TABLE invoice FORCE  ROW LEVEL SECURITY; -- for the owner of the table as well
//!
//! CREATE POLICY by_key ON invoice FOR SELECT TO invoices_loader USING (true);
//! CREATE POLICY by_tenant ON invoice TO invoices_app
//!     USING      (tenant = current_setting('app.tenant', true))
//!     WITH CHECK (tenant = current_setting('app.tenant', true));
//! ```
//!
//! `app.tenant` is a setting of the transaction. Outside of a transaction that has set it, `invoices_app` sees no row at all and cannot write one. Superusers and roles with `BYPASSRLS` skip
//! the policies, so the application must not connect as one of them.
//!
//! In Rust, one private function opens a transaction for a tenant. Every public function goes through it and takes a `&Caller` or a proof:
//!
//! ```
//! # // Stands in for sqlx 0.9, which is not a dependency: the same names with the same shapes.
//! # mod sqlx {
//! #     use std::{marker::PhantomData, ops::{Deref, DerefMut}};
//! #     pub type Result<T> = std::result::Result<T, std::io::Error>;
//! #     pub struct Postgres;
//! #     pub struct PgPool;
//! #     pub struct PgConnection;
//! #     pub struct Transaction<'c, D>(PgConnection, PhantomData<(&'c (), D)>);
//! #     impl<D> Deref for Transaction<'_, D> { type Target = PgConnection; fn deref(&self) -> &PgConnection { &self.0 } }
//! #     impl<D> DerefMut for Transaction<'_, D> { fn deref_mut(&mut self) -> &mut PgConnection { &mut self.0 } }
//! #     impl<D> Transaction<'_, D> { pub async fn commit(self) -> Result<()> { Ok(()) } }
//! #     impl PgPool { pub async fn begin(&self) -> Result<Transaction<'static, Postgres>> { Ok(Transaction(PgConnection, PhantomData)) } }
//! #     pub trait Executor {}
//! #     impl Executor for &PgPool {}
//! #     impl Executor for &mut PgConnection {}
//! #     pub struct Done;
//! #     impl Done { pub fn rows_affected(&self) -> u64 { 1 } }
//! #     pub struct Query<T>(PhantomData<T>);
//! #     pub fn query(_: &'static str) -> Query<()> { Query(PhantomData) }
//! #     pub fn query_as<T>(_: &'static str) -> Query<T> { Query(PhantomData) }
//! #     impl<T> Query<T> {
//! #         pub fn bind<V>(self, _: V) -> Self { self }
//! #         pub async fn execute(self, _: impl Executor) -> Result<Done> { Ok(Done) }
//! #         pub async fn fetch_optional(self, _: impl Executor) -> Result<Option<T>> { Ok(None) }
//! #         pub async fn fetch_all(self, _: impl Executor) -> Result<Vec<T>> { Ok(Vec::new()) }
//! #     }
//! # }
//! use secure_tool::prelude::*;
//! use sqlx::{PgPool, Postgres, Transaction};
//!
//! // With sqlx this also derives `sqlx::FromRow`.
//! #[derive(Clone, serde::Serialize, schemars::JsonSchema)]
//! pub struct Invoice {
//!     number: i64,
//!     #[serde(skip)]
//!     tenant: String,
//!     cents: i64,
//!     paid: bool,
//! }
//!
//! impl Resource for Invoice {
//!     type Key = i64;
//!     fn owner(&self) -> Owner {
//!         Owner::tenant(self.tenant.as_str())
//!     }
//! }
//!
//! /// The pools are private to this module.
//! pub struct Invoices {
//!     loader: PgPool, // connects as `invoices_loader`
//!     app: PgPool,    // connects as `invoices_app`
//! }
//!
//! impl Load<Invoice> for Invoices {
//!     async fn load(&self, number: &i64) -> Result<Option<Invoice>, ToolError> {
//!         let sql = "SELECT number, tenant, cents, paid FROM invoice WHERE number = $1";
//!         Ok(sqlx::query_as(sql).bind(number).fetch_optional(&self.loader).await?)
//!     }
//! }
//!
//! impl Invoices {
//!     /// Many objects: bound to the caller.
//!     pub async fn list(&self, caller: &Caller) -> Result<Vec<Invoice>, ToolError> {
//!         let tenant = caller.tenant().ok_or_else(|| ToolError::forbidden("only for members of a company"))?;
//!         let mut transaction = self.as_tenant(tenant).await?;
//!         let sql = "SELECT number, tenant, cents, paid FROM invoice ORDER BY number LIMIT 100";
//!         Ok(sqlx::query_as(sql).fetch_all(&mut *transaction).await?)
//!     }
//!
//!     /// One object: bound to a permit and a proof.
//!     pub async fn mark_paid(&self, _: &impl Allows<Write>, invoice: &Owned<'_, Invoice>) -> Result<(), ToolError> {
//!         let mut transaction = self.as_tenant(&invoice.tenant).await?;
//!         let sql = "UPDATE invoice SET paid = true WHERE number = $1 AND NOT paid";
//!         let done = sqlx::query(sql).bind(invoice.number).execute(&mut *transaction).await?;
//!         if done.rows_affected() == 0 {
//!             return Err(ToolError::conflict("the invoice is paid already"));
//!         }
//!         transaction.commit().await?;
//!         Ok(())
//!     }
//!
//!     /// A transaction that sees one tenant. The setting ends with the transaction, so it cannot leak to the next user of the connection.
//!     async fn as_tenant(&self, tenant: &str) -> Result<Transaction<'static, Postgres>, ToolError> {
//!         let mut transaction = self.app.begin().await?;
//!         // `SET LOCAL app.tenant = …` takes no parameter; this is the same, and the tenant is bound and not pasted into the SQL.
//!         sqlx::query("SELECT set_config('app.tenant', $1, true)").bind(tenant).execute(&mut *transaction).await?;
//!         Ok(transaction)
//!     }
//! }
//!
//! impl Invoices {
//!     /// List the invoices of the caller's company.
//!     #[secure_tool(scope = "invoices:read", owner = caller, read_only)]
//!     async fn list_invoices(&self, caller: &Caller) -> Result<Mine<Vec<Invoice>>, ToolError> {
//!         Ok(Mine(self.list(caller).await?))
//!     }
//!
//!     /// Mark an invoice as paid.
//!     #[secure_tool(scope = "invoices:pay", owner = invoice)]
//!     async fn pay_invoice(
//!         &self,
//!         permit: &Permit<Write>,
//!         /// The invoice's number.
//!         invoice: Owned<Invoice>,
//!     ) -> Result<(), ToolError> {
//!         self.mark_paid(permit, &invoice).await
//!     }
//! }
//! # let _ = (Invoices::list_invoices(), Invoices::pay_invoice(), PgPool, PgPool);
//! ```
//!
//! The rule now stands in three places that fail independently: the guard compares the owner before the body, the policy of the database filters every query, and
//! [`Mine`](crate::Mine) compares the owners of the answer. `as_tenant` uses the tenant of the *proof* and not of the caller, so the function also works for support staff with the
//! [override scope](crate::ServerBuilder::override_scope).
//!
//! Two things to note:
//!
//! - **Transaction poolers.** `set_config(…, true)` is safe with PgBouncer in transaction mode. `SET` without `LOCAL` is not: the setting stays on the connection.
//! - **Unpaid, absent or foreign.** `mark_paid` cannot receive a foreign invoice, because there is no `Owned` for one. If the row was deleted meanwhile, the update changes
//!   nothing; decide whether that is a conflict, as here, or `not_found`.
