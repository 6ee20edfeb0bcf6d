//! The prompts of the server, and the completions for their arguments.

use std::fmt;

use rusqlite::Connection;
use schemars::JsonSchema;
use secure_tool::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{
    Billing,
    invoices::{self, Invoice, Status, euros},
    tools::{READ, tenant},
};

/// How many notes a letter takes into account: the newest ones.
const NOTES: usize = 5;

/// How a letter sounds.
// Its values complete themselves.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Tone {
    /// The first reminder.
    Friendly,
    /// The last one.
    Firm,
}

impl fmt::Display for Tone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Friendly => "friendly",
            Self::Firm => "firm",
        })
    }
}

impl Billing {
    /// Write a letter about an invoice of the caller's company that has not been paid.
    #[secure_prompt(scope = READ, owner = invoice, rate = 60/minute, title = "Dunning letter")]
    pub(crate) async fn dunning_letter(
        &self,
        /// The invoice's number.
        #[arg(complete = Self::my_numbers)]
        invoice: Owned<Invoice>,
        /// How it sounds.
        #[arg(default = Tone::Friendly)]
        tone: Tone,
    ) -> Result<Prompt, ToolError> {
        if invoice.status != Status::Open {
            return Err(ToolError::conflict("Nothing is to be paid for this invoice."));
        }
        let number = invoice.number.clone();
        let notes = self.database.read(move |connection| invoices::notes(connection, &number)).await?;
        let letter = Prompt::new()
            .description(format!("A {tone} letter about the {}", *invoice))
            .user(format!(
                "Write a {tone} letter to {}: {} were due on {} and have not been paid. Ask when we can expect them. The invoice and our notes on it:",
                invoice.buyer,
                euros(invoice.total_cents()),
                invoice.due,
            ))
            .user(Link::to("invoices://{invoice}", [("invoice", &invoice.number.0)]));
        // A prompt speaks with the person's voice. What others have written is marked, so that nothing in it passes for their order.
        let newest = notes.into_iter().rev().take(NOTES);
        Ok(newest.fold(letter, |letter, note| letter.user(note.into_text())))
    }

    /// The numbers of the caller's invoices that begin like this. The scope and the rate of the prompt or resource apply, because the numbers disclose which invoices exist.
    pub(crate) async fn my_numbers(&self, caller: &Caller, typed: &str) -> Result<Mine<Vec<Completion>>, ToolError> {
        let (tenant, typed) = (tenant(caller)?.to_owned(), typed.to_owned());
        let find = move |connection: &Connection| invoices::beginning(connection, &tenant, &typed);
        let found = self.database.read(find).await?;
        Ok(Mine(found.iter().map(|invoice| Completion::of(invoice, &invoice.number.0)).collect()))
    }
}
