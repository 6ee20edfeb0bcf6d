//! The company's bank, simulated: a service elsewhere that answers when it likes.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use schemars::JsonSchema;
use serde::Serialize;

/// A payment that has come in.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub(crate) struct Payment {
    reference: String,
    cents: i64,
}

/// A connection to the bank. Clones are the same connection.
#[derive(Clone, Debug, Default)]
pub(crate) struct Bank {
    latency_ms: Arc<AtomicU64>,
}

impl Bank {
    /// Makes every later answer take so long.
    pub(crate) fn slow_down(&self, latency: Duration) {
        self.latency_ms.store(u64::try_from(latency.as_millis()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// The newest payments to a company.
    pub(crate) async fn payments(&self, tenant: &str) -> Vec<Payment> {
        tokio::time::sleep(Duration::from_millis(self.latency_ms.load(Ordering::Relaxed))).await;
        let payment = |reference: &str, cents| Payment { reference: reference.to_owned(), cents };
        match tenant {
            "acme" => vec![payment("inv_1002", 53_550)],
            "globex" => vec![payment("inv_2003", 5_778)],
            _ => Vec::new(),
        }
    }
}
