//! Functions that change the books. Each requires a permit, so only a tool that declares this effect can call it.

use rusqlite::{OptionalExtension, params};
use secure_tool::prelude::*;

use crate::{
    database::Database,
    invoices::{self, BuyerKey, Invoice, InvoiceNumber},
};

/// How many random numbers are tried for something new, should one be taken.
const NUMBERS_TRIED: u8 = 8;

/// An invoice that has no number yet.
pub(crate) struct Draft {
    pub(crate) tenant: String,
    pub(crate) buyer: BuyerKey,
    pub(crate) item: String,
    pub(crate) due: String,
    pub(crate) net_cents: i64,
    pub(crate) vat_percent: i64,
}

impl Database {
    /// Writes an invoice; `None` if there was no free number.
    pub(crate) async fn create_invoice(
        &self,
        permit: &impl Allows<Write>,
        draft: Draft,
    ) -> Result<Option<Invoice>, ToolError> {
        // A random number says nothing about how many invoices others write.
        let sql = "INSERT INTO invoice (number, tenant, buyer, subject, due, net_cents, vat_percent, status)
            VALUES ('inv_' || (10000000 + abs(random() % 90000000)), ?1, ?2, ?3, ?4, ?5, ?6, 'open')
            ON CONFLICT (number) DO NOTHING RETURNING number";
        self.write(permit, move |books| {
            let Draft { tenant, buyer, item, due, net_cents, vat_percent } = draft;
            for _ in 0..NUMBERS_TRIED {
                let values = params![tenant, buyer.0, item, due, net_cents, vat_percent];
                if let Some(number) = books.query_row(sql, values, |row| row.get(0)).optional()? {
                    return invoices::find_invoice(books, &InvoiceNumber(number));
                }
            }
            Ok(None)
        })
        .await
    }

    /// Adds a buyer to a company; `None` if there was no free key.
    pub(crate) async fn add_buyer(
        &self,
        permit: &impl Allows<Write>,
        tenant: String,
        name: String,
        email: Email,
    ) -> Result<Option<BuyerKey>, ToolError> {
        let sql = "INSERT INTO buyer (key, tenant, name, email)
            VALUES ('buy_' || (10000000 + abs(random() % 90000000)), ?1, ?2, ?3)
            ON CONFLICT (key) DO NOTHING RETURNING key";
        self.write(permit, move |books| {
            for _ in 0..NUMBERS_TRIED {
                let key = books.query_row(sql, params![tenant, name, email.as_str()], |row| row.get(0)).optional()?;
                if let Some(key) = key {
                    return Ok(Some(BuyerKey(key)));
                }
            }
            Ok(None)
        })
        .await
    }

    /// Sets an open invoice to paid; `false` if it is not open.
    pub(crate) async fn mark_paid(
        &self,
        permit: &impl Allows<Write>,
        number: InvoiceNumber,
    ) -> Result<bool, ToolError> {
        // The condition decides, and not the loaded object: only one of two concurrent calls finds the invoice open.
        let sql = "UPDATE invoice SET status = 'paid' WHERE number = ?1 AND status = 'open'";
        self.write(permit, move |books| Ok(books.execute(sql, [number.0])? == 1)).await
    }

    pub(crate) async fn add_note(
        &self,
        permit: &impl Allows<Write>,
        invoice: InvoiceNumber,
        author: String,
        topic: Option<Slug>,
        text: String,
    ) -> Result<(), ToolError> {
        let sql = "INSERT INTO note (invoice, author, topic, text) VALUES (?1, ?2, ?3, ?4)";
        self.write(permit, move |books| {
            books.execute(sql, params![invoice.0, author, topic.as_ref().map(Slug::as_str), text]).map(drop)
        })
        .await
    }

    /// Notes that a company's bank is connected; `false` if there is no such company.
    pub(crate) async fn bank_connected(&self, permit: &impl Allows<Write>, tenant: String) -> Result<bool, ToolError> {
        let sql = "UPDATE company SET bank_connected = TRUE WHERE tenant = ?1";
        self.write(permit, move |books| Ok(books.execute(sql, [tenant])? == 1)).await
    }

    /// Notes where a company wants to be told; `false` if there is no such company.
    pub(crate) async fn set_webhook(
        &self,
        permit: &impl Allows<Write>,
        tenant: String,
        url: PublicUrl,
    ) -> Result<bool, ToolError> {
        let sql = "UPDATE company SET webhook = ?2 WHERE tenant = ?1";
        self.write(permit, move |books| Ok(books.execute(sql, [&tenant, url.as_str()])? == 1)).await
    }

    /// Deletes an invoice with its notes; `false` if it does not exist any more.
    pub(crate) async fn delete_invoice(
        &self,
        permit: &impl Allows<Destroy>,
        number: InvoiceNumber,
    ) -> Result<bool, ToolError> {
        self.destroy(permit, move |books| {
            books.execute("DELETE FROM note WHERE invoice = ?1", [&number.0])?;
            Ok(books.execute("DELETE FROM invoice WHERE number = ?1", [&number.0])? == 1)
        })
        .await
    }

    /// Deletes a company's cancelled invoices that were due before a day, with their notes, and tells how many there were.
    pub(crate) async fn purge_cancelled(
        &self,
        permit: &impl Allows<Destroy>,
        tenant: String,
        before: String,
    ) -> Result<usize, ToolError> {
        let which = "tenant = ?1 AND status = 'cancelled' AND due < ?2";
        self.destroy(permit, move |books| {
            let notes = format!("DELETE FROM note WHERE invoice IN (SELECT number FROM invoice WHERE {which})");
            books.execute(&notes, [&tenant, &before])?;
            books.execute(&format!("DELETE FROM invoice WHERE {which}"), [&tenant, &before])
        })
        .await
    }
}
