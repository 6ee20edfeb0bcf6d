//! The scene in which a caller who tries to reach objects of others is detected and revoked.

use std::{
    io::Write,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use secure_tool::{Alert, AlertKind, AlertSink, Alerts, BuildError, Reaction, SecureServer, ledger::Ledger};
use serde_json::json;

use super::{Demo, Outcome, Who};
use crate::{Billing, NoOperator};

const QUARTER: Duration = Duration::from_secs(15 * 60);

/// Keeps the alerts for the tour. Clones share one list.
#[derive(Clone, Default)]
pub(super) struct Heard(Arc<Mutex<Vec<Alert>>>);

impl AlertSink for Heard {
    fn alert(&self, alert: &Alert) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(alert.clone());
    }
}

impl Heard {
    fn take(&self) -> Vec<Alert> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// A server that reacts: five objects of others within five minutes, and the caller is revoked.
pub(super) fn server(billing: Billing, heard: &Heard, audit: Arc<Ledger>) -> Result<SecureServer<Billing>, BuildError> {
    let alerts = Alerts::new().revoke_for(AlertKind::ForeignObjects, QUARTER).to(heard.clone());
    crate::builder(billing, NoOperator).allow_writes().alerts(alerts).audit(audit).build()
}

impl<W: Write> Demo<'_, W> {
    pub(super) async fn alerted(&mut self) -> Outcome<()> {
        self.print.heading("An attacker who tries one invoice after the other")?;
        self.call(Who::BobWatched, "get_invoice", json!({"invoice": "inv_2001"}), "allowed").await?;
        for invoice in ["inv_1001", "inv_1002", "inv_1003", "inv_1004", "inv_1001"] {
            let told = self.alerts.take();
            self.print.expect(told.is_empty(), || format!("an alert before the fifth invoice: {told:?}"))?;
            self.call(Who::BobWatched, "get_invoice", json!({"invoice": invoice}), "not_found").await?;
        }
        let told = self.alerts.take();
        for alert in &told {
            self.print.line(&format!("      alert    {}", serde_json::to_string(alert)?))?;
        }
        let expected = (AlertKind::ForeignObjects, 5, Some(Reaction::Revoked { duration: QUARTER }));
        let as_expected = matches!(&*told, [alert] if (alert.kind, alert.count, alert.reaction) == expected);
        self.print.expect(as_expected, || format!("alerts: {told:?}"))?;
        self.call(Who::BobWatched, "get_invoice", json!({"invoice": "inv_2001"}), "unauthenticated").await?;
        self.print.why(
            "`.alerts(Alerts::new().revoke_for(AlertKind::ForeignObjects, …))`: the fifth is an alert, and bob is revoked for 15 minutes, also for \
             what is his own; the other servers here alert as well, without a reaction",
        )?;
        Ok(())
    }
}
