//! Tools that delete. They need a permit to destroy, which the guard gives only after a person has confirmed the call.

use schemars::JsonSchema;
use secure_tool::prelude::*;
use serde::Serialize;

use super::{DELETE, tenant};
use crate::{Billing, invoices::Invoice};

/// What a purge has deleted.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Purged {
    invoices: usize,
}

impl Billing {
    /// Delete an invoice of the caller's company, with its notes, for good.
    // The person at the client is asked about the invoice itself, as its `Display` shows it, and not about a number.
    #[secure_tool(
        scope = DELETE, owner = invoice, rate = 20/hour,
        destructive, confirm = "Delete {invoice} for good?",
    )]
    pub(crate) async fn delete_invoice(
        &self,
        permit: &Permit<Destroy>,
        /// The invoice's number.
        #[arg(example = "inv_1001")]
        invoice: Owned<Invoice>,
    ) -> Result<&'static str, ToolError> {
        if self.database.delete_invoice(permit, invoice.into_inner().number).await? {
            Ok("Deleted.")
        } else {
            Err(ToolError::not_found())
        }
    }

    /// Delete all cancelled invoices of the caller's company that were due before a day, for good.
    // It deletes many invoices at once, so an operator has to confirm it: a client could confirm by itself.
    #[secure_tool(
        scope = DELETE, owner = caller, rate = 10/hour,
        destructive, confirm = operator("Delete all cancelled invoices of the caller's company that were due before {before} for good?"),
    )]
    pub(crate) async fn purge_cancelled(
        &self,
        permit: &Permit<Destroy>,
        caller: &Caller,
        /// The day.
        #[arg(format = "date", example = "2026-01-01")]
        before: String,
    ) -> Result<Json<Purged>, ToolError> {
        let invoices = self.database.purge_cancelled(permit, tenant(caller)?.to_owned(), before).await?;
        Ok(Json(Purged { invoices }))
    }
}
