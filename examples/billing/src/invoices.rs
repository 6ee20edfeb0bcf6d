//! Invoices and their buyers: what they contain, who owns them, and how the guard finds them.

use std::fmt;

use rusqlite::{
    Connection, OptionalExtension, Row, ToSql, params,
    types::{FromSql, FromSqlError, FromSqlResult, ToSqlOutput, ValueRef},
};
use schemars::JsonSchema;
use secure_tool::prelude::*;
use serde::{Deserialize, Serialize};

use crate::Billing;

/// The number of an invoice.
// The pattern is part of the published schema: the model reads it, the guard enforces it. The line above is read by the model as well.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct InvoiceNumber(#[schemars(regex(pattern = r"^inv_[0-9]{4,8}$"))] pub String);

/// The key of a buyer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct BuyerKey(#[schemars(regex(pattern = r"^buy_[0-9]{2,8}$"))] pub String);

/// Where an invoice stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Waiting for its money.
    Open,
    /// Paid in full.
    Paid,
    /// Withdrawn.
    Cancelled,
}

/// An invoice of one company, the tenant, to one of its buyers. It is not [`Serialize`]: what of it leaves is a view without the tenant.
#[derive(Clone, Debug)]
pub struct Invoice {
    pub(crate) number: InvoiceNumber,
    tenant: String,
    pub(crate) buyer: String,
    buyer_email: Classified<Pii, String>,
    pub(crate) subject: String,
    pub(crate) due: String,
    pub(crate) net_cents: i64,
    pub(crate) vat_percent: i64,
    pub(crate) status: Status,
}

/// What a caller may see of an invoice. The answer of a search without its `WHERE` clause is withheld.
#[derive(Debug, Serialize, JsonSchema, HasOwners)]
pub(crate) struct InvoiceView {
    number: InvoiceNumber,
    buyer: String,
    /// Leaves masked from every tool that does not say `releases(pii)`.
    // Which none of those does that answer with invoices. `buyer_contact` does, with a scope of its own.
    buyer_email: Classified<Pii, String>,
    subject: String,
    due: String,
    status: Status,
    net_cents: i64,
    vat_percent: i64,
    total_cents: i64,
    /// Not for the model: what `Mine` compares.
    #[serde(skip)]
    #[owner(tenant)]
    tenant: String,
}

/// Somebody whom a company writes invoices to.
#[derive(Clone, Debug)]
pub struct Buyer {
    pub(crate) key: BuyerKey,
    tenant: String,
    pub(crate) name: String,
    pub(crate) email: Classified<Pii, String>,
}

/// What somebody wrote to be remembered with an invoice.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub(crate) struct Note {
    author: String,
    topic: Option<String>,
    /// Somebody else's words. A buyer's mail may be among them, so the model is told not to take them for orders.
    text: Untrusted,
}

impl Note {
    pub(crate) fn into_text(self) -> Untrusted {
        self.text
    }
}

/// An invoice belongs to everybody in its company.
impl Resource for Invoice {
    type Key = InvoiceNumber;

    fn owner(&self) -> Owner {
        Owner::tenant(self.tenant.as_str())
    }
}

impl Resource for Buyer {
    type Key = BuyerKey;

    fn owner(&self) -> Owner {
        Owner::tenant(self.tenant.as_str())
    }
}

/// Only by its number: the guard compares the owner.
impl Load<Invoice> for Billing {
    async fn load(&self, number: &InvoiceNumber) -> Result<Option<Invoice>, ToolError> {
        let number = number.clone();
        self.database.read(move |connection| find_invoice(connection, &number)).await
    }

    /// One trip to the database instead of one for each.
    async fn load_many(&self, numbers: &[InvoiceNumber]) -> Result<Vec<Option<Invoice>>, ToolError> {
        let numbers = numbers.to_vec();
        let find = move |connection: &Connection| {
            numbers.iter().map(|number| find_invoice(connection, number)).collect::<Result<_, _>>()
        };
        self.database.read(find).await
    }
}

impl Load<Buyer> for Billing {
    async fn load(&self, key: &BuyerKey) -> Result<Option<Buyer>, ToolError> {
        let key = key.clone();
        self.database.read(move |connection| find_buyer(connection, &key)).await
    }
}

/// For tools that need no more of an invoice than that it is the caller's.
impl OwnerOf<InvoiceNumber> for Billing {
    async fn owner_of(&self, number: &InvoiceNumber) -> Result<Option<Owner>, ToolError> {
        let number = number.clone();
        let find = move |connection: &Connection| {
            let sql = "SELECT tenant FROM invoice WHERE number = ?1";
            connection.query_row(sql, [&number.0], |row| row.get::<_, String>(0)).optional()
        };
        Ok(self.database.read(find).await?.map(Owner::tenant))
    }
}

/// The text in a question: enough to distinguish the invoice from any other, and no address.
impl fmt::Display for Invoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "invoice {} ({}, {})", self.number.0, self.buyer, euros(self.total_cents()))
    }
}

/// The name, by which a person knows whom they pay.
impl fmt::Display for Buyer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

impl Invoice {
    /// Net and value added tax, rounded half up to the cent.
    pub(crate) fn total_cents(&self) -> i64 {
        with_vat(self.net_cents, self.vat_percent)
    }

    pub(crate) fn view(self) -> InvoiceView {
        InvoiceView {
            total_cents: self.total_cents(),
            tenant: self.tenant,
            number: self.number,
            buyer: self.buyer,
            buyer_email: self.buyer_email,
            subject: self.subject,
            due: self.due,
            status: self.status,
            net_cents: self.net_cents,
            vat_percent: self.vat_percent,
        }
    }
}

pub(crate) fn with_vat(net_cents: i64, vat_percent: i64) -> i64 {
    (net_cents * (100 + vat_percent) + 50) / 100
}

/// `1,428.00 EUR`
pub(crate) fn euros(cents: i64) -> String {
    let (sign, cents) = (if cents < 0 { "-" } else { "" }, cents.unsigned_abs());
    let mut whole = (cents / 100).to_string();
    for place in (1..whole.len()).rev().filter(|place| (whole.len() - place) % 3 == 0).collect::<Vec<_>>() {
        whole.insert(place, ',');
    }
    format!("{sign}{whole}.{:02} EUR", cents % 100)
}

/// The beginning of every query of invoices.
const SELECT: &str = "SELECT number, invoice.tenant, name, email, subject, due, net_cents, vat_percent, status
    FROM invoice JOIN buyer ON buyer.key = invoice.buyer";

fn read(row: &Row<'_>) -> Result<Invoice, rusqlite::Error> {
    Ok(Invoice {
        number: InvoiceNumber(row.get(0)?),
        tenant: row.get(1)?,
        buyer: row.get(2)?,
        buyer_email: Classified::new(row.get(3)?),
        subject: row.get(4)?,
        due: row.get(5)?,
        net_cents: row.get(6)?,
        vat_percent: row.get(7)?,
        status: row.get(8)?,
    })
}

pub(crate) fn find_invoice(
    connection: &Connection,
    number: &InvoiceNumber,
) -> Result<Option<Invoice>, rusqlite::Error> {
    let mut statement = connection.prepare_cached(&format!("{SELECT} WHERE number = ?1"))?;
    statement.query_row([&number.0], read).optional()
}

/// The same among those of a tenant.
pub(crate) fn find_of(
    connection: &Connection,
    tenant: &str,
    number: &InvoiceNumber,
) -> Result<Option<Invoice>, rusqlite::Error> {
    Ok(find_invoice(connection, number)?.filter(|invoice| invoice.tenant == tenant))
}

fn find_buyer(connection: &Connection, key: &BuyerKey) -> Result<Option<Buyer>, rusqlite::Error> {
    let read = |row: &Row<'_>| {
        let (key, email) = (BuyerKey(row.get(0)?), Classified::new(row.get(3)?));
        Ok(Buyer { key, tenant: row.get(1)?, name: row.get(2)?, email })
    };
    connection.query_row("SELECT key, tenant, name, email FROM buyer WHERE key = ?1", [&key.0], read).optional()
}

/// A tenant's invoices of one status whose subject has this text in it. `instr` knows no wildcards, so a model can smuggle none in.
pub(crate) fn search(
    connection: &Connection,
    tenant: &str,
    status: Status,
    text: &str,
    limit: u32,
) -> Result<Vec<Invoice>, rusqlite::Error> {
    let sql = format!(
        "{SELECT} WHERE invoice.tenant = ?1 AND status = ?2 AND (?3 = '' OR instr(lower(subject), lower(?3)) > 0)
        ORDER BY number LIMIT ?4"
    );
    connection.prepare_cached(&sql)?.query_map(params![tenant, status, text, limit], read)?.collect()
}

/// A tenant's invoices, the latest due first.
pub(crate) fn newest(connection: &Connection, tenant: &str) -> Result<Vec<Invoice>, rusqlite::Error> {
    let sql = format!("{SELECT} WHERE invoice.tenant = ?1 ORDER BY due DESC, number LIMIT 100");
    connection.prepare_cached(&sql)?.query_map([tenant], read)?.collect()
}

/// A tenant's invoices whose numbers begin like this, as many as are offered while somebody types, and one more.
pub(crate) fn beginning(connection: &Connection, tenant: &str, typed: &str) -> Result<Vec<Invoice>, rusqlite::Error> {
    let sql =
        format!("{SELECT} WHERE invoice.tenant = ?1 AND substr(number, 1, length(?2)) = ?2 ORDER BY number LIMIT 101");
    connection.prepare_cached(&sql)?.query_map([tenant, typed], read)?.collect()
}

/// A tenant's open invoices, of one buyer or of all.
pub(crate) fn unpaid(
    connection: &Connection,
    tenant: &str,
    buyer: Option<&BuyerKey>,
) -> Result<Vec<Invoice>, rusqlite::Error> {
    let sql = format!("{SELECT} WHERE invoice.tenant = ?1 AND status = 'open' AND (?2 IS NULL OR invoice.buyer = ?2)");
    let buyer = buyer.map(|key| &key.0);
    connection.prepare_cached(&sql)?.query_map(params![tenant, buyer], read)?.collect()
}

/// The notes on an invoice, the oldest first.
pub(crate) fn notes(connection: &Connection, invoice: &InvoiceNumber) -> Result<Vec<Note>, rusqlite::Error> {
    let sql = "SELECT author, topic, text FROM note WHERE invoice = ?1 ORDER BY rowid LIMIT 100";
    let read = |row: &Row<'_>| {
        let (author, text): (String, String) = (row.get(0)?, row.get(2)?);
        let text = Untrusted::new(format!("a note by {author}"), text);
        Ok(Note { author, topic: row.get(1)?, text })
    };
    connection.prepare_cached(sql)?.query_map([&invoice.0], read)?.collect()
}

impl ToSql for Status {
    fn to_sql(&self) -> Result<ToSqlOutput<'_>, rusqlite::Error> {
        Ok(ToSqlOutput::from(match self {
            Self::Open => "open",
            Self::Paid => "paid",
            Self::Cancelled => "cancelled",
        }))
    }
}

impl FromSql for Status {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        match value.as_str()? {
            "open" => Ok(Self::Open),
            "paid" => Ok(Self::Paid),
            "cancelled" => Ok(Self::Cancelled),
            _ => Err(FromSqlError::InvalidType),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_grouped_by_thousands() {
        for (cents, shown) in [
            (0, "0.00 EUR"),
            (5, "0.05 EUR"),
            (99_999, "999.99 EUR"),
            (100_000, "1,000.00 EUR"),
            (-123_456_789, "-1,234,567.89 EUR"),
            (i64::MIN, "-92,233,720,368,547,758.08 EUR"),
        ] {
            assert_eq!(euros(cents), shown);
        }
    }

    #[test]
    fn tax_is_rounded_half_up_to_the_cent() {
        for (net, vat, total) in [(10_000, 19, 11_900), (9_900, 7, 10_593), (50, 7, 54), (1, 19, 1), (3, 19, 4)] {
            assert_eq!(with_vat(net, vat), total, "{net} at {vat} %");
        }
    }
}
