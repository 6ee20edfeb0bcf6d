//! The resources of the server: data that a client reads by its URI, behind the same guard as the tools.

use secure_tool::{Blob, ListedResource, prelude::*};

use crate::{
    Billing, accounts,
    accounts::AccountView,
    invoices::{self, Invoice, InvoiceView, euros},
    pdf,
    tools::{READ, SETTINGS, tenant},
};

impl Billing {
    /// An invoice of the caller's company.
    #[secure_resource(
        uri = "invoices://{invoice}", scope = READ, owner = invoice, rate = 60/minute, title = "Invoice",
        list = Self::my_invoices,
    )]
    pub(crate) async fn invoice(
        &self,
        /// The invoice's number.
        #[arg(complete = Self::my_numbers)]
        invoice: Owned<Invoice>,
    ) -> Json<InvoiceView> {
        Json(invoice.into_inner().view())
    }

    /// The newest invoices of the caller's company. Under the scope and the rate of the resource, and whose each of them is, the guard compares.
    async fn my_invoices(&self, caller: &Caller) -> Result<Mine<Vec<ListedResource>>, ToolError> {
        let tenant = tenant(caller)?.to_owned();
        let found = self.database.read(move |connection| invoices::newest(connection, &tenant)).await?;
        let entry = |invoice: &Invoice| {
            ListedResource::of(invoice, [("invoice", &invoice.number.0)]).title(format!("The {invoice}"))
        };
        Ok(Mine(found.iter().map(entry).collect()))
    }

    /// An invoice of the caller's company, to be printed.
    // The scan of answers cannot read a PDF. So the resource declares `releases(blob)`, and this code chooses the contents: no address.
    #[secure_resource(
        uri = "invoices://{invoice}/pdf", scope = READ, owner = invoice, rate = 20/minute, title = "Invoice as a PDF",
        mime = "application/pdf", releases(blob), max_output = 64KiB,
    )]
    pub(crate) async fn invoice_pdf(
        &self,
        /// The invoice's number.
        #[arg(complete = Self::my_numbers)]
        invoice: Owned<Invoice>,
    ) -> Blob {
        let total = euros(invoice.total_cents());
        let Invoice { number, buyer, subject, due, net_cents, vat_percent, .. } = &*invoice;
        let lines = [
            format!("Invoice {}", number.0),
            format!("To {buyer}"),
            format!("For {subject}"),
            format!("Net {}, value added tax {vat_percent} %", euros(*net_cents)),
            format!("Total {total}, due {due}"),
        ];
        Blob::new("application/pdf", pdf::page(&lines))
    }

    /// The bank accounts of the caller's company.
    // One URI for everybody, and each reads their own company's.
    #[secure_resource(uri = "accounts://mine", scope = SETTINGS, owner = caller, rate = 30/minute, title = "Bank accounts")]
    pub(crate) async fn my_accounts(&self, caller: &Caller) -> Result<Mine<Vec<AccountView>>, ToolError> {
        let tenant = tenant(caller)?.to_owned();
        let found = self.database.read(move |connection| accounts::accounts(connection, &tenant)).await?;
        Ok(Mine(found.into_iter().map(accounts::Account::view).collect()))
    }
}
