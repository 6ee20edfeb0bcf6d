//! The bank accounts of the companies: who owns them, and how the guard finds them.

use std::fmt;

use rusqlite::{Connection, OptionalExtension, Row};
use schemars::JsonSchema;
use secure_tool::prelude::*;
use serde::{Deserialize, Serialize};

use crate::Billing;

/// The key of an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub(crate) struct AccountKey(#[schemars(regex(pattern = r"^acc_[0-9]{2,8}$"), length(max = 12))] pub(crate) String);

/// An account of one company at its bank.
#[derive(Clone, Debug)]
pub(crate) struct Account {
    pub(crate) key: AccountKey,
    tenant: String,
    name: String,
    iban: String,
}

/// What a caller gets to see of an account.
#[derive(Debug, Serialize, JsonSchema, HasOwners)]
pub(crate) struct AccountView {
    key: AccountKey,
    name: String,
    /// Enough to recognize it by; the number itself leaves masked.
    // See the server's `mask_pattern`: only `company_settings` releases one.
    iban: String,
    #[serde(skip)]
    #[owner(tenant)]
    tenant: String,
}

impl Resource for Account {
    type Key = AccountKey;

    fn owner(&self) -> Owner {
        Owner::tenant(self.tenant.as_str())
    }
}

impl Load<Account> for Billing {
    async fn load(&self, key: &AccountKey) -> Result<Option<Account>, ToolError> {
        let key = key.clone();
        let find = move |connection: &Connection| {
            let sql = "SELECT key, tenant, name, iban FROM account WHERE key = ?1";
            connection.query_row(sql, [&key.0], read).optional()
        };
        self.database.read(find).await
    }
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

impl Account {
    pub(crate) fn view(self) -> AccountView {
        AccountView { key: self.key, name: self.name, iban: self.iban, tenant: self.tenant }
    }
}

fn read(row: &Row<'_>) -> Result<Account, rusqlite::Error> {
    Ok(Account { key: AccountKey(row.get(0)?), tenant: row.get(1)?, name: row.get(2)?, iban: row.get(3)? })
}

/// A tenant's accounts.
pub(crate) fn accounts(connection: &Connection, tenant: &str) -> Result<Vec<Account>, rusqlite::Error> {
    let sql = "SELECT key, tenant, name, iban FROM account WHERE tenant = ?1 ORDER BY key LIMIT 100";
    connection.prepare_cached(sql)?.query_map([tenant], read)?.collect()
}
