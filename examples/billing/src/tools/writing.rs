//! Tools that change invoices. Each gets a permit to write from the guard and passes it on to the ledger, which requires it.

use std::time::Duration;

use secure_tool::prelude::*;

use super::{READ, REFUND, WRITE, tenant};
use crate::{
    Billing,
    invoices::{Buyer, Invoice, InvoiceNumber, InvoiceView, Status, euros},
    ledger::Draft,
};

impl Billing {
    /// Write an invoice to a buyer of the caller's company.
    #[secure_tool(scope = all(READ, WRITE), owner = (caller, buyer), rate = 20/hour)]
    pub(crate) async fn create_invoice(
        &self,
        permit: &Permit<Write>,
        caller: &Caller,
        /// The buyer.
        #[arg(example = "buy_01")]
        buyer: Owned<Buyer>,
        /// What it is for.
        item: Bounded<3, 120>,
        /// The day by which it is to be paid.
        #[arg(format = "date", example = "2026-06-30")]
        due: String,
        /// The net amount in euro cents.
        #[arg(min = 1, max = 100_000_000)]
        net_cents: i64,
        /// The rate of the value added tax.
        #[arg(one_of = [0, 7, 19], default = 19)]
        vat_percent: i64,
    ) -> Result<Json<InvoiceView>, ToolError> {
        let (tenant, buyer, item) = (tenant(caller)?.to_owned(), buyer.into_inner().key, item.into_string());
        let draft = Draft { tenant, buyer, item, due, net_cents, vat_percent };
        let created = self.database.create_invoice(permit, draft).await?;
        let created = created.ok_or_else(|| ToolError::unavailable(Duration::from_secs(1)))?;
        Ok(Json(created.view()))
    }

    /// Record that an invoice of the caller's company has been paid in full.
    #[secure_tool(scope = all(READ, WRITE), owner = invoice, rate = 20/hour)]
    pub(crate) async fn mark_paid(
        &self,
        permit: &Permit<Write>,
        /// The invoice's number.
        #[arg(example = "inv_1001")]
        invoice: Owned<Invoice>,
    ) -> Result<&'static str, ToolError> {
        match (self.database.mark_paid(permit, invoice.number.clone()).await?, invoice.status) {
            (true, _) => Ok("Recorded as paid."),
            (false, Status::Cancelled) => Err(ToolError::conflict("The invoice is cancelled.")),
            (false, _) => Err(ToolError::conflict("The invoice is already paid.")),
        }
    }

    /// Pay the total of a paid invoice of the caller's company back to its buyer.
    // Not `async`: the bank's library blocks. Such a body runs to its end even if the client has left, and the audit log says how it ended.
    // A client that has left and repeats the call gets the answer that it missed; nothing is paid back twice.
    #[secure_tool(scope = all(READ, REFUND), owner = invoice, rate = 20/hour, timeout = 30s, idempotent(within = 10m))]
    pub(crate) fn refund_invoice(
        &self,
        permit: &Permit<Write>,
        call: &Call,
        /// The invoice's number.
        #[arg(example = "inv_1002")]
        invoice: Owned<Invoice>,
    ) -> Result<&'static str, ToolError> {
        if invoice.status != Status::Paid {
            return Err(ToolError::conflict("Nothing was paid for this invoice."));
        }
        if self.bank.refund(permit, call, &invoice.number, invoice.total_cents())? {
            Ok("Paid back.")
        } else {
            Err(ToolError::conflict("This invoice was paid back before."))
        }
    }

    /// Add a note to an invoice of the caller's company.
    #[secure_tool(scope = any(WRITE, "notes:write"), owner = invoice, rate(60/hour, burst = 10))]
    pub(crate) async fn add_note(
        &self,
        permit: &Permit<Write>,
        caller: &Caller,
        /// The invoice's number.
        #[arg(example = "inv_1001")]
        invoice: InvoiceNumber,
        /// What to remember.
        text: Bounded<1, 500>,
        /// What it is about.
        #[arg(example = "payment-plan")]
        topic: Option<Slug>,
    ) -> Result<&'static str, ToolError> {
        let author = caller.subject().to_owned();
        self.database.add_note(permit, invoice, author, topic, text.into_string()).await?;
        Ok("Noted.")
    }

    /// Write an invoice of the caller's company to a new text file in the company's export directory.
    // Not `async`: writing a file blocks.
    #[secure_tool(scope = all(READ, WRITE), owner = (caller, invoice), rate = 20/hour)]
    pub(crate) fn export_invoice(
        &self,
        permit: &Permit<Write>,
        caller: &Caller,
        /// The invoice's number.
        #[arg(example = "inv_1001")]
        invoice: Owned<Invoice>,
        /// Where in that directory.
        // The path cannot contain `..`, and is opened in the company's own root: not even a symlink leads out.
        #[arg(example = "2026/inv_1001.txt")]
        path: SafePath,
    ) -> Result<&'static str, ToolError> {
        let text = format!("{}, net {}\n", *invoice, euros(invoice.net_cents));
        self.exports.write_new(permit, tenant(caller)?, &path, &text)?;
        Ok("Exported.")
    }
}
