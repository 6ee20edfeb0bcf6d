//! Invoices of two companies behind guarded tools.
//!
//! `acme` and `globex` keep their invoices in one `SQLite` database. Their employees use it through language models, so everything that a model
//! may do is a tool with a declared scope, a declared owner and limits; the compiler refuses a tool without them.
//!
//! - [`invoices`](Invoice): the entities, their owners, and how they are loaded;
//! - `database`, `ledger`, `exports`: the data layer, which requires a permit for every change;
//! - `accounts`: the companies' bank accounts;
//! - `tools`: the tools, grouped by effect;
//! - `resources`: what a client reads by its URI;
//! - `prompts`: what a person starts a conversation with;
//! - `identity`: how callers authenticate over HTTP;
//! - `operator`: the operator, who approves calls that the caller cannot confirm;
//! - `switchboard`: what the operator switches off, and whom the operator revokes;
//! - [`demo`]: real clients that make allowed and forbidden calls;
//! - [`cluster`]: several processes with one Redis;
//! - [`cli`]: `billing`, `billing cluster`, `billing stdio`, `billing http`, `billing policy`, `billing key`, `billing ledger`.

mod accounts;
mod bank;
mod callers;
#[cfg(feature = "identity")]
mod certificates;
mod chart;
pub mod cli;
pub mod cluster;
mod database;
pub mod demo;
mod exports;
mod identity;
mod invoices;
mod ledger;
mod names;
mod operator;
mod pdf;
mod prompts;
mod resources;
mod switchboard;
#[cfg(feature = "identity")]
mod tokens;
mod tools;

use std::{error::Error, path::Path};

pub use callers::{ALICE, BOB, CAROL, ERIN, Person, api_keys, callers};
pub use identity::Identity;
pub use invoices::{Buyer, BuyerKey, Invoice, InvoiceNumber, Status};
pub use operator::NoOperator;
use secure_tool::{Approver, AuditSink, BuildError, SecureServer, ServerBuilder};

/// The state behind the tools. Clones share the database, the files and the bank.
#[derive(Clone, Debug)]
pub struct Billing {
    database: database::Database,
    exports: exports::Exports,
    bank: bank::Bank,
    names: names::Names,
}

impl Billing {
    /// A new database and a directory for exports that are gone with their last handle, with the two companies' invoices in it. No name
    /// server is asked; that there is a host `hooks.example.com` is made up.
    ///
    /// # Errors
    ///
    /// If they cannot be created.
    pub fn in_memory() -> Result<Self, Box<dyn Error + Send + Sync>> {
        Ok(Self {
            database: database::Database::in_memory()?,
            exports: exports::Exports::temporary()?,
            bank: bank::Bank::default(),
            names: names::Names::MadeUp,
        })
    }

    /// The database in this file and the exports in this directory; they are created, with the two companies' invoices in it, if they are
    /// not there.
    ///
    /// # Errors
    ///
    /// If the file or the directory cannot be opened, or the file is not such a database.
    pub fn open(db: impl AsRef<Path>, exports: impl AsRef<Path>) -> Result<Self, Box<dyn Error + Send + Sync>> {
        Ok(Self {
            database: database::Database::open(db.as_ref())?,
            exports: exports::Exports::open(exports.as_ref())?,
            bank: bank::Bank::default(),
            names: names::Names::System,
        })
    }
}

/// Everything that is offered, not yet a server: without [`allow_writes`](ServerBuilder::allow_writes) only those that read are exposed. What an operator has
/// to approve goes to the approver.
#[must_use = "a builder does nothing until `build()`"]
pub fn builder(billing: Billing, approver: impl Approver) -> ServerBuilder<Billing> {
    SecureServer::builder(billing)
        .name("billing")
        .version(env!("CARGO_PKG_VERSION"))
        .override_scope(tools::SUPPORT)
        .approver_scope(tools::APPROVE)
        .cross_tenant_approver_scope(tools::APPROVE_EVERYWHERE)
        .mask_pattern("iban", tools::IBAN)
        .approver(approver)
        .instructions("Invoices of the caller's company. Amounts are in euro cents.")
        .tool(tools::status())
        .tool(Billing::get_invoice())
        .tool(Billing::search_invoices())
        .tool(Billing::compare_invoices())
        .tool(Billing::invoice_total())
        .tool(Billing::open_balance())
        .tool(Billing::vat_report())
        .tool(Billing::exchange_rate())
        .tool(Billing::read_notes())
        .tool(Billing::list_payments())
        .tool(Billing::create_invoice())
        .tool(Billing::mark_paid())
        .tool(Billing::refund_invoice())
        .tool(Billing::add_note())
        .tool(Billing::export_invoice())
        .tool(Billing::delete_invoice())
        .tool(Billing::purge_cancelled())
        .tool(Billing::buyer_contact())
        .tool(Billing::add_buyer())
        .tool(Billing::company_settings())
        .tool(Billing::connect_bank())
        .tool(Billing::set_webhook())
        .tool(Billing::revenue_chart())
        .tool(Billing::check_payments())
        .tool(Billing::pay_buyer())
        .resource(Billing::invoice())
        .resource(Billing::invoice_pdf())
        .resource(Billing::my_accounts())
        .prompt(Billing::dunning_letter())
}

/// The server with every tool, writes allowed.
///
/// # Errors
///
/// If a tool cannot be built.
pub fn server(
    billing: Billing,
    approver: impl Approver,
    audit: impl AuditSink,
) -> Result<SecureServer<Billing>, BuildError> {
    builder(billing, approver).allow_writes().audit(audit).build()
}
