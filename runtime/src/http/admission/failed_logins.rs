//! Reports failed logins: not each, but each burst.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    time::Instant,
};

use tokio::{runtime::Handle, task::JoinHandle};

use super::{AddressKey, Bursts, REPORT_INTERVAL, bursts::BurstKey};
use crate::audit::FailedLoginReason;

/// Counts failed logins by address and reason. A burst is reported when it begins, then once a minute while it lasts, and when it is over or
/// the server ends: as one event in the log, and one in the audit log. It never sees a credential.
pub(in crate::http) struct FailedLoginLog(Arc<Shared>);

type Report = dyn Fn(Option<AddressKey>, FailedLoginReason, u64) + Send + Sync;

struct Shared {
    state: Mutex<State>,
    report: Box<Report>,
}

#[derive(Default)]
struct State {
    bursts: Bursts<FailedLoginReason>,
    /// Reports what is due. It lives only as long as there is a burst.
    reporter: Option<JoinHandle<()>>,
}

impl FailedLoginLog {
    /// `report` takes the address, the reason, and how many there were since the last report.
    pub(in crate::http) fn new(
        report: impl Fn(Option<AddressKey>, FailedLoginReason, u64) + Send + Sync + 'static,
    ) -> Self {
        Self(Arc::new(Shared { state: Mutex::default(), report: Box::new(report) }))
    }

    pub(in crate::http) fn count(&self, address: Option<AddressKey>, reason: FailedLoginReason) {
        let begun = {
            let mut state = self.0.lock();
            let begun = state.bursts.count(address, reason, now());
            if begun.is_some() && state.reporter.as_ref().is_none_or(JoinHandle::is_finished) {
                // Outside of a runtime, what has come since is reported at the end.
                let runtime = Handle::try_current().ok();
                state.reporter = runtime.map(|runtime| runtime.spawn(report_while_due(Arc::downgrade(&self.0))));
            }
            begun
        };
        if let Some(key) = begun {
            self.0.report(key, 1);
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn report(&self, (address, reason): BurstKey<FailedLoginReason>, count: u64) {
        tracing::warn!(
            address = address.map(tracing::field::display),
            reason = reason.as_str(),
            count,
            "failed logins"
        );
        (self.report)(address, reason, count);
    }

    /// Whether there is a burst left.
    fn report_due(&self) -> bool {
        let (due, is_over) = {
            let mut state = self.lock();
            let due = state.bursts.due(now());
            let is_over = state.bursts.is_empty();
            if is_over {
                state.reporter = None;
            }
            (due, is_over)
        };
        for (key, count) in due {
            self.report(key, count);
        }
        !is_over
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        let rest = self.lock().bursts.rest();
        for (key, count) in rest {
            self.report(key, count);
        }
    }
}

async fn report_while_due(log: Weak<Shared>) {
    loop {
        tokio::time::sleep(REPORT_INTERVAL).await;
        if !log.upgrade().is_some_and(|log| log.report_due()) {
            return;
        }
    }
}

/// As the runtime's timers see it.
fn now() -> Instant {
    tokio::time::Instant::now().into_std()
}

#[cfg(test)]
mod tests {
    use std::{sync::mpsc, time::Duration};

    use tokio::time::sleep;

    use super::*;
    use FailedLoginReason::{Invalid, Missing};

    type Reported = (Option<AddressKey>, FailedLoginReason, u64);

    fn log() -> (FailedLoginLog, mpsc::Receiver<Reported>) {
        let (sender, reported) = mpsc::channel();
        let report = move |address, reason, count| sender.send((address, reason, count)).unwrap();
        (FailedLoginLog::new(report), reported)
    }

    const HERE: Option<AddressKey> = Some(AddressKey::V4(1));

    #[tokio::test(start_paused = true)]
    async fn a_flood_from_three_addresses_is_a_few_reports() {
        let (log, reported) = log();
        for n in 0..10_000 {
            log.count(Some(AddressKey::V4(n % 3)), Invalid);
        }
        assert_eq!(reported.try_iter().count(), 3);
        sleep(3 * REPORT_INTERVAL).await;
        let mut later: Vec<_> = reported.try_iter().map(|(address, _, count)| (count, address.is_some())).collect();
        later.sort_unstable();
        assert_eq!(later, [(3332, true), (3332, true), (3333, true)]);
        assert!(log.0.lock().reporter.is_none(), "nothing is left to report");
        log.count(HERE, Invalid);
        log.count(HERE, Missing);
        assert_eq!(reported.try_iter().count(), 2, "new bursts");
    }

    #[tokio::test(start_paused = true)]
    async fn a_flood_from_everywhere_is_bounded() {
        let (log, reported) = log();
        for n in 0..100_000 {
            log.count(Some(AddressKey::V6Prefix(n)), Invalid);
        }
        sleep(3 * REPORT_INTERVAL).await;
        let reported: Vec<_> = reported.try_iter().collect();
        assert!(reported.len() <= 300, "{}", reported.len());
        assert_eq!(reported.iter().map(|(_, _, count)| count).sum::<u64>(), 100_000);
        let others = reported.iter().filter(|(address, ..)| address.is_none()).map(|(.., count)| count);
        assert!(others.sum::<u64>() > 90_000);
    }

    #[tokio::test(start_paused = true)]
    async fn a_burst_that_lasts_is_reported_once_a_minute() {
        let (log, reported) = log();
        for _ in 0..600 {
            log.count(HERE, Invalid);
            sleep(Duration::from_secs(1)).await;
        }
        drop(log);
        let reported: Vec<_> = reported.iter().map(|(.., count)| count).collect();
        assert!((6..=12).contains(&reported.len()), "{reported:?}");
        assert_eq!(reported.iter().sum::<u64>(), 600);
    }

    #[test]
    fn what_was_not_reported_is_when_the_server_ends() {
        let (log, reported) = log();
        for _ in 0..5 {
            log.count(HERE, Invalid);
        }
        drop(log);
        assert_eq!(reported.iter().collect::<Vec<_>>(), [(HERE, Invalid, 1), (HERE, Invalid, 4)]);
    }

    #[test]
    fn another_runtime_goes_on_when_the_first_has_ended() {
        let (log, reported) = log();
        for address in [1, 2] {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
            runtime.block_on(async {
                log.count(Some(AddressKey::V4(address)), Invalid);
                log.count(Some(AddressKey::V4(address)), Invalid);
                if address == 2 {
                    sleep(3 * REPORT_INTERVAL).await;
                }
            });
        }
        assert!(reported.try_iter().any(|report| report == (Some(AddressKey::V4(2)), Invalid, 1)));
    }
}
