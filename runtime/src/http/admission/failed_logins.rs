//! Reports failed logins, aggregated into bursts.

use std::sync::Arc;

use super::AddressKey;
use crate::{
    audit::FailedLoginReason,
    bursts::{BurstKey, BurstLog, Bursts, Counted},
};

/// How many bursts are distinguished at the same time; further ones are counted together, regardless of their address.
const MOST: usize = 256;

/// Counts failed logins by address and reason. A burst is reported when it begins, once a minute while it lasts, and when it is over or the server
/// ends: as one event in the log and one in the audit log. It never sees a credential.
pub(in crate::http) struct FailedLoginLog {
    bursts: BurstLog<AddressKey, FailedLoginReason>,
    report: Arc<Report>,
}

type Report = dyn Fn(Option<AddressKey>, FailedLoginReason, u64) + Send + Sync;

impl FailedLoginLog {
    /// `report` receives the address, the reason, and the number since the last report.
    pub(in crate::http) fn new(
        report: impl Fn(Option<AddressKey>, FailedLoginReason, u64) + Send + Sync + 'static,
    ) -> Self {
        let report: Arc<Report> = Arc::new(report);
        let counted = Arc::clone(&report);
        let bursts =
            BurstLog::new(Bursts::new(1, MOST), move |key, Counted { count, .. }| report_burst(&*counted, key, count));
        Self { bursts, report }
    }

    pub(in crate::http) fn count(&self, address: Option<AddressKey>, reason: FailedLoginReason) {
        if let Some(begun) = self.bursts.count(address, reason) {
            report_burst(&*self.report, begun, 1);
        }
    }
}

fn report_burst(report: &Report, (address, reason): BurstKey<AddressKey, FailedLoginReason>, count: u64) {
    tracing::warn!(address = address.map(tracing::field::display), reason = reason.as_str(), count, "failed logins");
    report(address, reason, count);
}
