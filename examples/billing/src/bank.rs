//! The company's bank, simulated: a remote service with an unpredictable response time.

use std::{
    collections::HashMap,
    io,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use schemars::JsonSchema;
use secure_tool::prelude::*;
use serde::Serialize;

use crate::{
    accounts::AccountKey,
    invoices::{BuyerKey, InvoiceNumber},
};

/// How long it takes at most until the bank does what it was told, and how often it looks.
const LONGEST: Duration = Duration::from_secs(20);
const LOOK: Duration = Duration::from_millis(2);

/// A payment that has come in.
#[derive(Clone, Debug, Serialize, JsonSchema, HasOwners)]
pub(crate) struct Payment {
    /// Who was paid.
    #[serde(skip)]
    #[owner(tenant)]
    tenant: String,
    pub(crate) reference: String,
    pub(crate) cents: i64,
    /// The account that it came from.
    // Masked on its way out: see the server's `mask_pattern`.
    pub(crate) iban: String,
    /// What the payer wrote.
    message: Untrusted,
}

/// A connection to the bank. Clones are the same connection.
#[derive(Clone, Debug, Default)]
pub(crate) struct Bank(Arc<State>);

/// From an account to a buyer, in euro cents.
pub(crate) type Payout = (AccountKey, BuyerKey, i64);

#[derive(Debug, Default)]
struct State {
    latency_ms: AtomicU64,
    down: AtomicBool,
    dawdles: AtomicBool,
    /// What was paid back, in euro cents.
    refunds: Mutex<HashMap<String, i64>>,
    payouts: Mutex<Vec<Payout>>,
}

impl Bank {
    /// Makes every later answer take so long.
    pub(crate) fn slow_down(&self, latency: Duration) {
        self.0.latency_ms.store(u64::try_from(latency.as_millis()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// Makes every later answer fail, or not any more.
    pub(crate) fn break_down(&self, down: bool) {
        self.0.down.store(down, Ordering::Relaxed);
    }

    /// Makes every later refund take until its client has left, or not any more.
    pub(crate) fn dawdle(&self, dawdles: bool) {
        self.0.dawdles.store(dawdles, Ordering::Relaxed);
    }

    /// Pays money back for an invoice; `false` if that was done before. For a thread that may block.
    pub(crate) fn refund(
        &self,
        _permit: &impl Allows<Write>,
        call: &Call,
        invoice: &InvoiceNumber,
        cents: i64,
    ) -> io::Result<bool> {
        let begun = Instant::now();
        while self.0.dawdles.load(Ordering::Relaxed) && !call.is_abandoned() && begun.elapsed() < LONGEST {
            thread::sleep(LOOK);
        }
        self.available()?;
        let mut refunds = self.0.refunds.lock().unwrap_or_else(PoisonError::into_inner);
        let is_first = !refunds.contains_key(&invoice.0);
        refunds.entry(invoice.0.clone()).or_insert(cents);
        Ok(is_first)
    }

    /// Pays money from an account of the company to a buyer.
    pub(crate) fn pay(
        &self,
        _permit: &impl Allows<Write>,
        account: &AccountKey,
        buyer: &BuyerKey,
        cents: i64,
    ) -> io::Result<()> {
        self.available()?;
        let mut payouts = self.0.payouts.lock().unwrap_or_else(PoisonError::into_inner);
        payouts.push((account.clone(), buyer.clone(), cents));
        Ok(())
    }

    /// The payments so far, for the demonstration, which checks them.
    pub(crate) fn payouts(&self) -> Vec<Payout> {
        self.0.payouts.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn reach(&self) -> io::Result<()> {
        tokio::time::sleep(Duration::from_millis(self.0.latency_ms.load(Ordering::Relaxed))).await;
        self.available()
    }

    fn available(&self) -> io::Result<()> {
        if self.0.down.load(Ordering::Relaxed) {
            return Err(io::Error::other("no route to ledger.bank.internal:8443"));
        }
        Ok(())
    }

    /// The newest payments to a company.
    pub(crate) async fn payments(&self, tenant: &str) -> io::Result<Vec<Payment>> {
        self.reach().await?;
        let payment = |reference: &str, cents, iban: &str, message| Payment {
            tenant: tenant.to_owned(),
            reference: reference.to_owned(),
            cents,
            iban: iban.to_owned(),
            message: Untrusted::new("the payer's message to the bank", message),
        };
        Ok(match tenant {
            "acme" => vec![
                payment("inv_1002", 53_550, "FR14 2004 1010 0505 0001 3M02 606", "Thank you!"),
                payment("inv_1001", 100_000, "FR14 2004 1010 0505 0001 3M02 606", "The rest will follow."),
            ],
            "globex" => {
                vec![payment("inv_2003", 5_778, "NL91 ABNA 0417 1643 00", "Next time by card, 4111 1111 1111 1111?")]
            }
            _ => Vec::new(),
        })
    }

    /// Whether the bank takes this token for one of the company's.
    pub(crate) async fn accepts(&self, tenant: &str, token: &Secret<String>) -> io::Result<bool> {
        self.reach().await?;
        let known = match tenant {
            "acme" => "demo-only-bank-token-of-acme-0000",
            "globex" => "demo-only-bank-token-of-globex-00",
            _ => return Ok(false),
        };
        Ok(token.expose() == known)
    }
}
