//! Invoices of two companies behind guarded tools.
//!
//! `acme` and `globex` keep their invoices in one `SQLite` database. Their people reach it through language models, so everything a
//! model may do is a tool with a stated scope, a stated owner and limits; the compiler refuses a tool without them.
//!
//! - [`invoices`](Invoice): the entities, who owns them, how they are found;
//! - `tools`: what a model can do with them;
//! - [`demo`]: real clients that try what they may and what they may not;
//! - [`cli`]: `billing`, `billing stdio`, `billing http`, `billing policy`.

mod bank;
mod callers;
pub mod cli;
mod database;
pub mod demo;
mod invoices;
mod tools;

use std::{io, path::Path};

use axum::serve::ListenerExt;
pub use callers::{ALICE, BOB, CAROL, ERIN, Person, api_keys, callers};
pub use invoices::{Buyer, BuyerKey, Invoice, InvoiceNumber, Status};
use secure_tool::{AuditSink, BuildError, SecureServer, ServerBuilder};
use tokio::net::TcpListener;

/// The state behind the tools. Clones share the database and the bank.
#[derive(Clone, Debug)]
pub struct Billing {
    database: database::Database,
    bank: bank::Bank,
}

impl Billing {
    /// A new database that is gone with its last handle, with the two companies' invoices in it.
    ///
    /// # Errors
    ///
    /// If `SQLite` cannot create it.
    pub fn in_memory() -> Result<Self, rusqlite::Error> {
        Ok(Self { database: database::Database::in_memory()?, bank: bank::Bank::default() })
    }

    /// The database in this file; it is created, with the two companies' invoices in it, if it is not there.
    ///
    /// # Errors
    ///
    /// If the file cannot be opened or is no such database.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, rusqlite::Error> {
        Ok(Self { database: database::Database::open(path.as_ref())?, bank: bank::Bank::default() })
    }
}

/// Every tool, not yet a server: without [`allow_writes`](ServerBuilder::allow_writes) only those that read are exposed.
#[must_use = "a builder does nothing until `build()`"]
pub fn builder(billing: Billing) -> ServerBuilder<Billing> {
    SecureServer::builder(billing)
        .name("billing")
        .version(env!("CARGO_PKG_VERSION"))
        .override_scope(tools::SUPPORT)
        .instructions("Invoices of the caller's company. Amounts are in euro cents.")
        .tool(tools::status())
        .tool(Billing::get_invoice())
        .tool(Billing::search_invoices())
        .tool(Billing::compare_invoices())
        .tool(Billing::invoice_total())
        .tool(Billing::open_balance())
        .tool(Billing::vat_report())
        .tool(Billing::exchange_rate())
        .tool(Billing::list_payments())
        .tool(Billing::create_invoice())
        .tool(Billing::mark_paid())
        .tool(Billing::add_note())
}

/// The server with every tool, writes allowed.
///
/// # Errors
///
/// If a tool cannot be built.
pub fn server(billing: Billing, audit: impl AuditSink) -> Result<SecureServer<Billing>, BuildError> {
    builder(billing).allow_writes().audit(audit).build()
}

/// Serves over HTTP, to whoever has one of the demo's keys, for as long as the process lives.
async fn serve_http(listener: TcpListener, server: SecureServer<Billing>) -> io::Result<()> {
    let keys = api_keys().map_err(io::Error::other)?;
    // Answers are small: waiting to fill a packet would only make them late. (A connection that cannot be told so is merely slower.)
    let listener = listener.tap_io(|connection| drop(connection.set_nodelay(true)));
    axum::serve(listener, server.router(keys)).await
}
