//! A bank that asks the person at the client which account pays.

use std::{
    fmt,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
};

use schemars::JsonSchema;
use secure_tool::prelude::*;
use serde::{Deserialize, Serialize};

/// An account: `acc_1` and `acc_2` are alice's, `acc_3` is bob's.
#[derive(Clone, Debug)]
pub struct Account {
    key: AccountKey,
    holder: &'static str,
}

/// The key of an account.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Eq, Serialize)]
pub struct AccountKey(#[schemars(length(max = 20), pattern("^acc_[0-9]+$"))] String);

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {}", self.key.0, self.holder)
    }
}

impl Resource for Account {
    type Key = AccountKey;

    fn owner(&self) -> Owner {
        Owner::subject(self.holder)
    }
}

/// An invoice: number 1 is alice's, number 2 is bob's.
#[derive(Clone, Debug)]
pub struct Invoice {
    number: u32,
    debtor: &'static str,
    version: u32,
}

impl fmt::Display for Invoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "invoice {}", self.number)
    }
}

impl Resource for Invoice {
    type Key = u32;

    fn owner(&self) -> Owner {
        Owner::subject(self.debtor)
    }

    fn version(&self) -> Option<String> {
        Some(self.version.to_string())
    }
}

/// How fast money goes.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Speed {
    /// Today, for a fee.
    Instant,
    /// Within two days.
    Standard,
}

/// The bank, and what was paid.
#[derive(Debug, Default)]
pub struct Bank {
    paid: Mutex<Vec<String>>,
    version: AtomicU32,
}

impl Bank {
    /// What was paid so far.
    pub fn paid(&self) -> Vec<String> {
        self.paid.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Changes every invoice in a way that it does not show.
    pub fn touch(&self) {
        self.version.fetch_add(1, Ordering::SeqCst);
    }

    /// The data layer: nothing goes without a permit.
    fn pay(&self, _permit: &impl Allows<Write>, what: String) -> String {
        self.paid.lock().unwrap_or_else(PoisonError::into_inner).push(what.clone());
        what
    }

    fn find(key: &AccountKey) -> Option<Account> {
        let holder = match key.0.as_str() {
            "acc_1" | "acc_2" => "alice",
            "acc_3" => "bob",
            _ => return None,
        };
        Some(Account { key: key.clone(), holder })
    }
}

impl Load<Account> for Bank {
    async fn load(&self, key: &AccountKey) -> Result<Option<Account>, ToolError> {
        Ok(Self::find(key))
    }
}

impl OwnerOf<AccountKey> for Bank {
    async fn owner_of(&self, key: &AccountKey) -> Result<Option<Owner>, ToolError> {
        Ok(Self::find(key).map(|account| account.owner()))
    }
}

impl Load<Invoice> for Bank {
    async fn load(&self, number: &u32) -> Result<Option<Invoice>, ToolError> {
        let version = self.version.load(Ordering::SeqCst);
        let debtor = match number {
            1 => "alice",
            2 => "bob",
            _ => return Ok(None),
        };
        Ok(Some(Invoice { number: *number, debtor, version }))
    }
}

impl Bank {
    /// Pay an invoice, as its debtor says.
    #[secure_tool(scope = "bank:pay", owner = (invoice, account), rate = 3/hour, concurrency(1, per_caller = 1))]
    pub async fn pay_invoice(
        &self,
        permit: &Permit<Write>,
        /// Which one.
        invoice: Owned<Invoice>,
        /// The account that pays.
        #[arg(ask = "Which account shall pay {invoice}?")]
        account: Asked<AccountKey>,
        /// How fast.
        #[arg(ask = "How fast?")]
        speed: Asked<Speed>,
        /// How much, in cents.
        #[arg(ask = "How much?", min = 1, max = 500)]
        amount: Asked<u32>,
        /// For the statement.
        #[arg(ask = "What shall the statement say?", max_len = 30, pattern = "[A-Za-z ]*")]
        note: Asked<Option<String>>,
    ) -> String {
        let note = note.into_inner().unwrap_or_else(|| "nothing".to_owned());
        self.pay(permit, format!("{} {} {:?} {} {note}", invoice.number, account.0, *speed, *amount))
    }

    /// Pay the rent.
    #[secure_tool(scope = "bank:pay", owner = account, rate = 100/minute, confirm = "Pay {months} months of rent from {account}, as {note}?")]
    pub async fn pay_rent(
        &self,
        permit: &Permit<Write>,
        /// How many months.
        #[arg(min = 1, max = 12)]
        months: u8,
        /// The account that pays.
        #[arg(ask = "Which account shall pay {months} months of rent?")]
        account: Asked<Owned<Account>>,
        /// For the statement.
        #[arg(ask = "What shall the statement say?", max_len = 30, default = "rent")]
        note: Asked<String>,
    ) -> String {
        self.pay(permit, format!("{months} {} {}", account.key.0, *note))
    }

    /// Pay a fine with an operator's consent.
    #[secure_tool(scope = "bank:pay", owner = account, rate = 100/minute, confirm = operator("Pay a fine from {account}?"))]
    pub fn pay_fine(
        &self,
        permit: &Permit<Write>,
        /// The account that pays.
        #[arg(ask = "Which account shall pay?")]
        account: Asked<Owned<Account>>,
    ) -> String {
        self.pay(permit, format!("fine {}", account.key.0))
    }

    /// Show an account of the caller.
    #[secure_tool(scope = "bank:read", owner = account, read_only, rate = 100/minute)]
    pub async fn show_account(
        &self,
        /// The account.
        #[arg(ask = "Which account shall be shown?", audit = none)]
        account: Asked<Owned<Account>>,
    ) -> String {
        account.to_string()
    }
}
