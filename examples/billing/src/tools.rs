//! What a model can do. Parameters taken by value come from the model; what is borrowed comes from the guard.

use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, params};
use schemars::JsonSchema;
use secure_tool::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{
    Billing,
    bank::Payment,
    invoices::{self, Buyer, Invoice, InvoiceNumber, InvoiceView, Status},
};

/// To see the invoices of one's company.
pub(crate) const READ: &str = "invoices:read";
/// To change them.
pub(crate) const WRITE: &str = "invoices:write";

/// To look into a case of any company: stands in for ownership, and each such call says so in the audit record.
pub(crate) const SUPPORT: &str = "support:override";

/// How many random numbers are tried for a new invoice, should one be taken.
const NUMBERS_TRIED: u8 = 8;

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

/// An invoice's total.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Total {
    total_cents: i64,
}

/// Whom a query is bound to. A caller of no company has no invoices.
fn tenant(caller: &Caller) -> Result<&str, ToolError> {
    caller.tenant().ok_or_else(|| ToolError::forbidden("Only members of a company have invoices."))
}

/// Tell that the billing server is there.
#[secure_tool(scope = public("a health check that tells nothing"), owner = unowned("it looks at nobody's data"), read_only)]
pub(crate) fn status() -> &'static str {
    "The billing server is up."
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
    #[secure_tool(scope = READ, owner = caller, rate = 30/minute, read_only, timeout = 2s, max_output = 64kb)]
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
        let search = move |connection: &mut Connection| invoices::search(connection, &tenant, status, &text, limit);
        let found = self.database.run(search).await?;
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
            .with(|connection| connection.query_row(sql, [&invoice.0], |row| Ok((row.get(0)?, row.get(1)?))))?;
        Ok(Json(Total { total_cents: invoices::with_vat(net, vat) }))
    }

    /// Tell what the caller's company is still owed, by one buyer or by all.
    #[secure_tool(scope = READ, owner = (caller, buyer), rate = 30/minute, read_only)]
    pub(crate) async fn open_balance(
        &self,
        caller: &Caller,
        /// The buyer; all of them if absent.
        #[arg(example = "buy_01")]
        buyer: Option<Owned<Buyer>>,
    ) -> Result<Json<Balance>, ToolError> {
        let tenant = tenant(caller)?.to_owned();
        let (key, buyer) = buyer.map(|buyer| (buyer.key.clone(), buyer.name.clone())).unzip();
        let unpaid = move |connection: &mut Connection| invoices::unpaid(connection, &tenant, key.as_ref());
        let unpaid = self.database.run(unpaid).await?;
        let open_cents = unpaid.iter().map(Invoice::total_cents).sum();
        Ok(Json(Balance { buyer, open_invoices: unpaid.len(), open_cents }))
    }

    /// Sum up the tax on the invoices of the caller's company, by rate.
    // Adding up is dear: few calls, shared by the whole company, few at a time.
    #[secure_tool(
        scope = any("reports:read", "accounting:read"), owner = caller, rate(12/hour, burst = 3, per = tenant), read_only,
        timeout = 5s, concurrency = 4, max_output = 16kb, title = "VAT report", version = "1.1",
    )]
    pub(crate) fn vat_report(&self, caller: &Caller) -> Result<Json<Vec<VatLine>>, ToolError> {
        let sql = "SELECT vat_percent, sum(net_cents) FROM invoice WHERE tenant = ?1 AND status <> 'cancelled'
            GROUP BY vat_percent ORDER BY vat_percent";
        let tenant = tenant(caller)?;
        let lines = self.database.with(|connection| {
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
        let find = move |connection: &mut Connection| connection.query_row(sql, [currency.code()], |row| row.get(0));
        let per_euro: f64 = self.database.run(find).await?;
        Ok(Json(ExchangeRate { currency, per_euro, amount: (per_euro * euros * 100.0).round() / 100.0 }))
    }

    /// List the newest payments to the caller's company. The bank may take its time.
    #[secure_tool(scope = "payments:read", owner = caller, rate = 10/minute, read_only, timeout = 750ms, concurrency = 8)]
    pub(crate) async fn list_payments(&self, caller: &Caller) -> Result<Json<Vec<Payment>>, ToolError> {
        Ok(Json(self.bank.payments(tenant(caller)?).await))
    }

    /// Write an invoice to a buyer of the caller's company.
    #[secure_tool(scope = all(READ, WRITE), owner = (caller, buyer), rate = 20/hour)]
    pub(crate) async fn create_invoice(
        &self,
        caller: &Caller,
        /// The buyer.
        #[arg(example = "buy_01")]
        buyer: Owned<Buyer>,
        /// What it is for.
        #[arg(min_len = 3, max_len = 120)]
        item: String,
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
        let tenant = tenant(caller)?.to_owned();
        // A random number says nothing about how many invoices others write.
        let sql = "INSERT INTO invoice (number, tenant, buyer, subject, due, net_cents, vat_percent, status)
            VALUES ('inv_' || (10000000 + abs(random() % 90000000)), ?1, ?2, ?3, ?4, ?5, ?6, 'open')
            ON CONFLICT (number) DO NOTHING RETURNING number";
        let insert = move |connection: &mut Connection| {
            for _ in 0..NUMBERS_TRIED {
                let values = params![tenant, buyer.key.0, item, due, net_cents, vat_percent];
                if let Some(number) = connection.query_row(sql, values, |row| row.get(0)).optional()? {
                    return invoices::find_invoice(connection, &InvoiceNumber(number));
                }
            }
            Ok(None)
        };
        let created = self.database.run(insert).await?;
        let created = created.ok_or_else(|| ToolError::unavailable(Duration::from_secs(1)))?;
        Ok(Json(created.view()))
    }

    /// Record that an invoice of the caller's company has been paid in full.
    #[secure_tool(scope = all(READ, WRITE), owner = invoice, rate = 20/hour)]
    pub(crate) async fn mark_paid(
        &self,
        /// The invoice's number.
        #[arg(example = "inv_1001")]
        invoice: Owned<Invoice>,
    ) -> Result<&'static str, ToolError> {
        let (number, status) = (invoice.number.0.clone(), invoice.status);
        // The condition decides, not what was loaded: of two calls at once, one finds the invoice open.
        let sql = "UPDATE invoice SET status = 'paid' WHERE number = ?1 AND status = 'open'";
        match (self.database.run(move |connection| connection.execute(sql, [number])).await?, status) {
            (1, _) => Ok("Recorded as paid."),
            (_, Status::Cancelled) => Err(ToolError::conflict("The invoice is cancelled.")),
            _ => Err(ToolError::conflict("The invoice is already paid.")),
        }
    }

    /// Add a note to an invoice of the caller's company.
    #[secure_tool(scope = any(WRITE, "notes:write"), owner = invoice, rate(60/hour, burst = 10))]
    pub(crate) async fn add_note(
        &self,
        caller: &Caller,
        /// The invoice's number.
        #[arg(example = "inv_1001")]
        invoice: InvoiceNumber,
        /// What to remember.
        #[arg(min_len = 1, max_len = 500)]
        text: String,
    ) -> Result<&'static str, ToolError> {
        let author = caller.subject().to_owned();
        let sql = "INSERT INTO note (invoice, author, text) VALUES (?1, ?2, ?3)";
        let insert = move |connection: &mut Connection| connection.execute(sql, params![invoice.0, author, text]);
        self.database.run(insert).await?;
        Ok("Noted.")
    }
}
