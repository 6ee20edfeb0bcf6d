//! Tools that only read. They have no permit, so they cannot change anything.

use std::collections::BTreeMap;

use rusqlite::Connection;
use schemars::JsonSchema;
use secure_tool::{ProvenAnswer, prelude::*};
use serde::{Deserialize, Serialize};

use super::{READ, tenant};
use crate::{
    Billing,
    bank::Payment,
    chart,
    invoices::{self, Buyer, Invoice, InvoiceNumber, InvoiceView, Note, Status, euros},
};

/// The currencies that there are rates for.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Currency {
    /// US dollar.
    Usd,
    /// Pound sterling.
    Gbp,
    /// Swiss franc.
    Chf,
    /// Yen.
    Jpy,
}

impl Currency {
    fn code(self) -> &'static str {
        match self {
            Self::Usd => "usd",
            Self::Gbp => "gbp",
            Self::Chf => "chf",
            Self::Jpy => "jpy",
        }
    }
}

/// Two or more invoices side by side.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Comparison {
    invoices: Vec<InvoiceView>,
    /// The largest total less the smallest.
    spread_cents: i64,
}

/// What is still to come.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Balance {
    /// From whom; nobody in particular if absent.
    buyer: Option<String>,
    open_invoices: usize,
    open_cents: i64,
}

/// The tax on what was invoiced at one rate.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct VatLine {
    vat_percent: i64,
    net_cents: i64,
    vat_cents: i64,
}

/// What a euro is worth.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct ExchangeRate {
    currency: Currency,
    per_euro: f64,
    /// The amount asked for, in that currency, to two decimal places.
    amount: f64,
}

/// A payment beside the invoice that it is for.
#[derive(Debug, Serialize, JsonSchema, HasOwners)]
pub(crate) struct Checked {
    reference: String,
    paid_cents: i64,
    /// What the invoice asks for; absent if there is no such invoice.
    total_cents: Option<i64>,
    #[serde(skip)]
    #[owner(tenant)]
    tenant: String,
}

/// An invoice's total.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Total {
    total_cents: i64,
}

impl Billing {
    /// Fetch one invoice of the caller's company.
    #[secure_tool(scope = READ, owner = invoice, rate = 60/minute, read_only)]
    pub(crate) async fn get_invoice(
        &self,
        /// The invoice's number.
        #[arg(example = "inv_1001")]
        invoice: Owned<Invoice>,
    ) -> Json<InvoiceView> {
        // Loaded and compared by the guard; there is nothing left to check here, and nothing to forget.
        Json(invoice.into_inner().view())
    }

    /// Search the invoices of the caller's company.
    #[secure_tool(scope = READ, owner = caller, rate = 30/minute, read_only, timeout = 2s, max_output = 64KiB)]
    pub(crate) async fn search_invoices(
        &self,
        caller: &Caller,
        /// Which invoices.
        status: Status,
        /// A text that the subject must contain.
        #[arg(max_len = 80, example = "magnet")]
        text: Option<String>,
        /// How many at most.
        #[arg(min = 1, max = 50, default = 20)]
        limit: u32,
    ) -> Result<Mine<Vec<InvoiceView>>, ToolError> {
        let tenant = tenant(caller)?.to_owned();
        let text = text.unwrap_or_default();
        let search = move |connection: &Connection| invoices::search(connection, &tenant, status, &text, limit);
        let found = self.database.read(search).await?;
        Ok(Mine(found.into_iter().map(Invoice::view).collect()))
    }

    /// Put invoices of the caller's company side by side.
    #[secure_tool(scope = READ, owner = invoices, rate = 30/minute, read_only)]
    pub(crate) async fn compare_invoices(
        &self,
        /// The invoices' numbers.
        #[arg(min_items = 2, max_items = 5, example = ["inv_1001", "inv_1003"])]
        invoices: Vec<Owned<Invoice>>,
    ) -> Json<Comparison> {
        let totals = || invoices.iter().map(|invoice| invoice.total_cents());
        let spread_cents = totals().max().unwrap_or_default() - totals().min().unwrap_or_default();
        let invoices = invoices.into_iter().map(|invoice| invoice.into_inner().view()).collect();
        Json(Comparison { invoices, spread_cents })
    }

    /// Tell an invoice's total, tax included.
    // Not `async`, so it runs where it may block; and it needs the number only, so nothing is loaded to compare the owner.
    #[secure_tool(scope = READ, owner = invoice, rate = 60/minute, read_only)]
    pub(crate) fn invoice_total(
        &self,
        /// The invoice's number.
        #[arg(example = "inv_1001")]
        invoice: InvoiceNumber,
    ) -> Result<Json<Total>, ToolError> {
        let sql = "SELECT net_cents, vat_percent FROM invoice WHERE number = ?1";
        let (net, vat) = self
            .database
            .read_here(|connection| connection.query_row(sql, [&invoice.0], |row| Ok((row.get(0)?, row.get(1)?))))?;
        Ok(Json(Total { total_cents: invoices::with_vat(net, vat) }))
    }

    /// Tell what the caller's company is still owed, by one buyer or by all.
    #[secure_tool(scope = READ, owner = (caller("a sum, which belongs to no row"), buyer), rate = 30/minute, read_only)]
    pub(crate) async fn open_balance(
        &self,
        caller: &Caller,
        /// The buyer; all of them if absent.
        #[arg(example = "buy_01")]
        buyer: Option<Owned<Buyer>>,
    ) -> Result<Json<Balance>, ToolError> {
        let tenant = tenant(caller)?.to_owned();
        let (key, buyer) = buyer.map(|buyer| (buyer.key.clone(), buyer.name.clone())).unzip();
        let unpaid = move |connection: &Connection| invoices::unpaid(connection, &tenant, key.as_ref());
        let unpaid = self.database.read(unpaid).await?;
        let open_cents = unpaid.iter().map(Invoice::total_cents).sum();
        Ok(Json(Balance { buyer, open_invoices: unpaid.len(), open_cents }))
    }

    /// Sum up the tax on the invoices of the caller's company, by rate.
    // Adding up is expensive: few calls, shared by the whole company, few at a time.
    #[secure_tool(
        scope = any("reports:read", "accounting:read"), owner = caller("sums, which belong to no row"),
        rate(12/hour, burst = 3, per = tenant), read_only,
        timeout = 5s, concurrency = 4, max_output = 16KiB, title = "VAT report", version = "1.1",
    )]
    pub(crate) fn vat_report(&self, caller: &Caller) -> Result<Json<Vec<VatLine>>, ToolError> {
        let sql = "SELECT vat_percent, sum(net_cents) FROM invoice WHERE tenant = ?1 AND status <> 'cancelled'
            GROUP BY vat_percent ORDER BY vat_percent";
        let tenant = tenant(caller)?;
        let lines = self.database.read_here(|connection| {
            connection
                .prepare_cached(sql)?
                .query_map([tenant], |row| {
                    let (vat_percent, net_cents) = (row.get(0)?, row.get(1)?);
                    Ok(VatLine {
                        vat_percent,
                        net_cents,
                        vat_cents: invoices::with_vat(net_cents, vat_percent) - net_cents,
                    })
                })?
                .collect::<Result<Vec<_>, _>>()
        })?;
        Ok(Json(lines))
    }

    /// Tell what euros are worth in another currency.
    #[secure_tool(scope = READ, owner = unowned("exchange rates are the same for everybody"), read_only)]
    pub(crate) async fn exchange_rate(
        &self,
        /// The other currency.
        currency: Currency,
        /// How many euros.
        #[arg(min = 0, max = 1_000_000, default = 1.0, example = 99.5)]
        euros: f64,
    ) -> Result<Json<ExchangeRate>, ToolError> {
        let sql = "SELECT per_euro FROM exchange_rate WHERE currency = ?1";
        let find = move |connection: &Connection| connection.query_row(sql, [currency.code()], |row| row.get(0));
        let per_euro: f64 = self.database.read(find).await?;
        Ok(Json(ExchangeRate { currency, per_euro, amount: (per_euro * euros * 100.0).round() / 100.0 }))
    }

    /// Read the notes on an invoice of the caller's company.
    #[secure_tool(scope = READ, owner = invoice, rate = 60/minute, read_only, max_output = 64KiB)]
    pub(crate) async fn read_notes(
        &self,
        /// The invoice's number.
        #[arg(example = "inv_1001")]
        invoice: InvoiceNumber,
    ) -> Result<Json<Vec<Note>>, ToolError> {
        let find = move |connection: &Connection| invoices::notes(connection, &invoice);
        Ok(Json(self.database.read(find).await?))
    }

    /// List the newest payments to the caller's company. The bank may take its time.
    #[secure_tool(scope = "payments:read", owner = caller, rate = 10/minute, read_only, timeout = 750ms, concurrency = 8)]
    pub(crate) async fn list_payments(&self, caller: &Caller) -> Result<Mine<Vec<Payment>>, ToolError> {
        Ok(Mine(self.bank.payments(tenant(caller)?).await?))
    }

    /// Compare the newest payments to the caller's company with its invoices.
    // Each payment is looked up, so the client is told how far it is. What it is told passes the same scan as an answer: no account's number.
    #[secure_tool(scope = all(READ, "payments:read"), owner = caller, rate = 10/minute, read_only, timeout = 30s)]
    pub(crate) async fn check_payments(
        &self,
        caller: &Caller,
        progress: &Progress,
    ) -> Result<Mine<Vec<Checked>>, ToolError> {
        let tenant = tenant(caller)?;
        let payments = self.bank.payments(tenant).await?;
        let (total, mut checked) = (payments.len() as u64, Vec::new());
        for (done, payment) in (1..).zip(payments) {
            // The payer wrote the reference, so it may name an invoice of another company: it is looked for among the caller's own.
            let (own, number) = (tenant.to_owned(), InvoiceNumber(payment.reference.clone()));
            let find = move |connection: &Connection| invoices::find_of(connection, &own, &number);
            let invoice = self.database.read(find).await?;
            progress.report(done, total, &format!("{} from {}", payment.reference, payment.iban));
            checked.push(Checked {
                reference: payment.reference,
                paid_cents: payment.cents,
                total_cents: invoice.as_ref().map(Invoice::total_cents),
                tenant: tenant.to_owned(),
            });
        }
        Ok(Mine(checked))
    }

    /// Draw what the caller's company has invoiced, by the month in which it is due.
    // The scan cannot read a picture, so the tool says that it releases one. Both blocks name the invoices that they were made of, whose owners
    // the guard compares once more.
    #[secure_tool(
        scope = any("reports:read", "accounting:read"), owner = caller, rate = 30/minute, read_only,
        releases(image), max_output = 256KiB,
    )]
    pub(crate) async fn revenue_chart(&self, caller: &Caller) -> Result<ProvenAnswer, ToolError> {
        let tenant = tenant(caller)?.to_owned();
        let mut invoices = self.database.read(move |connection| invoices::newest(connection, &tenant)).await?;
        invoices.retain(|invoice| invoice.status != Status::Cancelled);
        // A chart of no invoices would prove nothing.
        if invoices.is_empty() {
            return Ok(ProvenAnswer::new().text("There are no invoices."));
        }
        let mut months: BTreeMap<&str, i64> = BTreeMap::new();
        for invoice in &invoices {
            *months.entry(invoice.due.get(..7).unwrap_or("never")).or_default() += invoice.total_cents();
        }
        let lines: Vec<_> = months.iter().map(|(month, cents)| format!("{month}: {}", euros(*cents))).collect();
        let chart = Image::png(chart::bars(&months.into_values().collect::<Vec<_>>()));
        Ok(ProvenAnswer::new()
            .text("A bar for each month, and their heights:")
            .block_of(&invoices, chart)
            .block_of(&invoices, lines.join("\n")))
    }
}
