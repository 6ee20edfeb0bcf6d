//! Tools for a company's buyers, bank and settings, with typed arguments and classified answers.

use std::time::Duration;

use rusqlite::{Connection, OptionalExtension};
use schemars::JsonSchema;
use secure_tool::prelude::*;
use serde::Serialize;

use super::{CONTACT, SETTINGS, WRITE, tenant};
use crate::{
    Billing,
    invoices::{Buyer, BuyerKey},
};

/// How a buyer is reached.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Contact {
    name: String,
    email: Classified<Pii, String>,
}

/// What a company has agreed with this server and with its bank.
#[derive(Debug, Serialize, JsonSchema, HasOwners)]
pub(crate) struct Settings {
    /// Whose they are.
    #[serde(skip)]
    #[owner(tenant)]
    tenant: String,
    /// The account that buyers pay to.
    iban: String,
    /// Whether the bank has been connected.
    bank_connected: bool,
    /// What is told of every payment.
    webhook: Option<String>,
}

impl Billing {
    /// Tell how a buyer of the caller's company is reached.
    // Data of a buyer that is masked everywhere else leaves here, and the policy declares it.
    #[secure_tool(scope = CONTACT, owner = buyer, rate = 30/minute, read_only, releases(pii))]
    pub(crate) async fn buyer_contact(
        &self,
        /// The buyer.
        #[arg(example = "buy_01")]
        buyer: Owned<Buyer>,
    ) -> Json<Contact> {
        let Buyer { name, email, .. } = buyer.into_inner();
        Json(Contact { name, email })
    }

    /// Add a buyer to those of the caller's company.
    #[secure_tool(scope = WRITE, owner = caller, rate = 20/hour)]
    pub(crate) async fn add_buyer(
        &self,
        permit: &Permit<Write>,
        caller: &Caller,
        /// What the buyer is called.
        name: Bounded<1, 80>,
        /// Where invoices go.
        // One address: with no line break in it, it adds no header to a mail.
        email: Email,
    ) -> Result<Json<BuyerKey>, ToolError> {
        let tenant = tenant(caller)?.to_owned();
        let added = self.database.add_buyer(permit, tenant, name.into_string(), email).await?;
        Ok(Json(added.ok_or_else(|| ToolError::unavailable(Duration::from_secs(1)))?))
    }

    /// Show the settings of the caller's company.
    #[secure_tool(scope = SETTINGS, owner = caller, rate = 30/minute, read_only, releases("iban"))]
    pub(crate) async fn company_settings(&self, caller: &Caller) -> Result<Mine<Settings>, ToolError> {
        let sql = "SELECT tenant, iban, bank_connected, webhook FROM company WHERE tenant = ?1";
        let tenant = tenant(caller)?.to_owned();
        let find = move |connection: &Connection| {
            let settings = connection.query_row(sql, [tenant], |row| {
                Ok(Settings {
                    tenant: row.get(0)?,
                    iban: row.get(1)?,
                    bank_connected: row.get(2)?,
                    webhook: row.get(3)?,
                })
            });
            settings.optional()
        };
        Ok(Mine(self.database.read(find).await?.ok_or_else(ToolError::not_found)?))
    }

    /// Connect the bank of the caller's company, so that its payments show up here.
    #[secure_tool(scope = SETTINGS, owner = caller, rate(10/hour, burst = 5))]
    pub(crate) async fn connect_bank(
        &self,
        permit: &Permit<Write>,
        caller: &Caller,
        /// The token that the bank gave out for this.
        // In no log, no audit record, no error; what the bank says of it is all that is kept.
        #[arg(min_len = 16, max_len = 200)]
        access_token: Secret<String>,
    ) -> Result<&'static str, ToolError> {
        let tenant = tenant(caller)?;
        if !self.bank.accepts(tenant, &access_token).await? {
            return Err(ToolError::forbidden("The bank does not take this token."));
        }
        if self.database.bank_connected(permit, tenant.to_owned()).await? {
            Ok("Connected.")
        } else {
            Err(ToolError::not_found())
        }
    }

    /// Say which address is told of every payment to the caller's company.
    #[secure_tool(scope = SETTINGS, owner = caller, rate = 20/hour)]
    pub(crate) async fn set_webhook(
        &self,
        permit: &Permit<Write>,
        caller: &Caller,
        /// The address.
        #[arg(example = "https://hooks.example.com/payments")]
        url: PublicUrl,
    ) -> Result<&'static str, ToolError> {
        // So that a mistake shows now. A name can lead elsewhere tomorrow: the sender resolves it again, and connects to that address.
        url.resolve_with(&self.names).await?;
        if self.database.set_webhook(permit, tenant(caller)?.to_owned(), url).await? {
            Ok("From now on this address is told of every payment.")
        } else {
            Err(ToolError::not_found())
        }
    }
}
