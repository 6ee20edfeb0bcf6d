//! Inspects every record on its way to the audit log, and counts the events that thresholds apply to.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant, SystemTime},
};

use super::{
    Alert, AlertKind, Alerts, Reaction,
    options::ErrorShare,
    table::{Reached, Table},
};
use crate::{
    Caller, Revocations,
    audit::{AuditRecord, Decision, Phase},
    clock,
    guard::mask,
    outcome::{CallId, Code, OwnerOutcome, Stage},
};

/// The thresholds of one server, and the counts.
pub(crate) struct Watch {
    alerts: Alerts,
    environment: Option<Arc<str>>,
    revocations: Revocations,
    table: Mutex<Table>,
    /// One for each item, by its index.
    shares: Box<[Share]>,
}

/// An event, and the caller and call that it belongs to.
#[derive(Clone, Copy, Default)]
struct Event<'e> {
    tool: Option<&'e Arc<str>>,
    caller: Option<&'e Arc<Caller>>,
    call_id: Option<CallId>,
}

impl<'e> Event<'e> {
    fn of(record: &'e AuditRecord) -> Self {
        Self { tool: record.tool.as_ref(), caller: record.caller.as_ref(), call_id: Some(record.call_id) }
    }
}

impl Watch {
    pub(crate) fn new(alerts: Alerts, revocations: Revocations, environment: Option<Arc<str>>, items: usize) -> Self {
        let look_back = alerts.thresholds.values().map(|threshold| threshold.within).max().unwrap_or_default();
        let shares = (0..items).map(|_| Share::default()).collect();
        Self { alerts, environment, revocations, table: Mutex::new(Table::new(look_back)), shares }
    }

    /// Inspects the record of a call that is over. `index` is that of the item.
    pub(crate) fn observe(&self, record: &AuditRecord, index: Option<usize>) {
        let share = index.and_then(|index| self.shares.get(index));
        if let Some(share) = share {
            share.calls.fetch_add(1, Ordering::Relaxed);
        }
        let names_foreign = record.skipped_foreign > 0;
        let is_told = record.owner == OwnerOutcome::Overridden || record.canary || names_foreign;
        if record.decision == Decision::Allowed && !is_told {
            return;
        }
        let event = Event::of(record);
        let kind = kind_of(record);
        if let Some(kind) = kind {
            self.count(kind, event);
        }
        // The caller does not learn which objects were left out, but it has named them.
        if names_foreign && kind != Some(AlertKind::ForeignObjects) {
            self.count(AlertKind::ForeignObjects, event);
        }
        if record.owner == OwnerOutcome::Overridden {
            self.count(AlertKind::Override, event);
        }
        // For a call with an intent it was counted then.
        if record.canary && record.phase != Phase::Outcome {
            self.count(AlertKind::Canary, event);
        }
        if let (Some(share), Some(limits)) = (share, self.alerts.error_share)
            && has_failed(record)
            && let Some(count) = share.fail(limits, Instant::now())
        {
            self.alert(AlertKind::ErrorRate, Event { caller: None, ..event }, count, None);
        }
    }

    /// Inspects a call whose body is about to start, so that an alert about what is known already does not have to wait for the end of the body.
    pub(crate) fn intended(&self, record: &AuditRecord) {
        if record.canary {
            self.count(AlertKind::Canary, Event::of(record));
        }
    }

    /// The sink did not accept a record, or panicked.
    pub(crate) fn sink_failed(&self) {
        self.count(AlertKind::SinkFailure, Event::default());
    }

    fn count(&self, kind: AlertKind, event: Event<'_>) {
        let Some(threshold) = self.alerts.thresholds.get(&kind) else { return };
        let caller = event.caller.filter(|_| kind.is_about_a_caller());
        // Calls without a credential are counted together, because they cannot be distinguished here.
        let key = caller.map_or(0, |caller| caller.party_key());
        let reached = {
            let mut table = self.table.lock().unwrap_or_else(PoisonError::into_inner);
            table.count(kind, key, *threshold, Instant::now())
        };
        let Some(Reached { alert, is_exact }) = reached else { return };
        let caller = event.caller.filter(|_| is_exact);
        let reaction = self.alerts.reactions.get(&kind).map(|duration| self.revoke(caller, *duration));
        if let Some(count) = alert {
            self.alert(kind, Event { caller, ..event }, count, reaction);
        }
    }

    fn revoke(&self, caller: Option<&Arc<Caller>>, duration: Duration) -> Reaction {
        let until = SystemTime::now().checked_add(duration);
        let (Some(caller), Some(until)) = (caller, until) else { return Reaction::NotRevoked };
        // The subject for whom an actor acts is not responsible.
        match self.revocations.revoke_subject(caller.tenant(), caller.party(), until) {
            Ok(()) => Reaction::Revoked { duration },
            Err(_) => Reaction::NotRevoked,
        }
    }

    fn alert(&self, kind: AlertKind, event: Event<'_>, count: u64, reaction: Option<Reaction>) {
        let alert = Alert {
            time: clock::now(),
            kind,
            environment: self.environment.clone(),
            tool: event.tool.cloned(),
            caller: event.caller.cloned(),
            call_id: event.call_id,
            count,
            reaction,
        };
        for sink in &self.alerts.sinks {
            if mask(|| sink.alert(&alert)).is_err() {
                tracing::error!(alert = kind.as_str(), "an alert sink panicked");
            }
        }
    }
}

fn kind_of(record: &AuditRecord) -> Option<AlertKind> {
    match record.code? {
        Code::NotFound if record.owner == OwnerOutcome::Foreign => Some(AlertKind::ForeignObjects),
        Code::InsufficientScope => Some(AlertKind::MissingScope),
        Code::UnknownTool => Some(AlertKind::UnknownItems),
        // Unknown items of the kinds that have no separate code for them.
        Code::NotFound if record.stage == Stage::Switch => Some(AlertKind::UnknownItems),
        Code::Declined => Some(AlertKind::DeclinedConfirmations),
        Code::Internal if record.rule == "breach" => Some(AlertKind::Breach),
        _ => None,
    }
}

fn has_failed(record: &AuditRecord) -> bool {
    record.decision == Decision::Failed
        && matches!(record.code, Some(Code::Internal | Code::Timeout | Code::OutcomeUnknown | Code::Unavailable))
}

/// The number of calls of one item, and of recent failures.
#[derive(Default)]
struct Share {
    calls: AtomicU64,
    window: Mutex<Option<Window>>,
}

struct Window {
    started: Instant,
    /// The value of `calls` when the window started.
    calls: u64,
    failures: u64,
    alerted: bool,
}

impl Share {
    /// Counts a failure, and returns the number of failures if their share of the calls is too large, once per window.
    fn fail(&self, limits: ErrorShare, now: Instant) -> Option<u64> {
        let calls = self.calls.load(Ordering::Relaxed);
        let mut window = self.window.lock().unwrap_or_else(PoisonError::into_inner);
        let is_over = |window: &Window| now.saturating_duration_since(window.started) > limits.within;
        if window.as_ref().is_none_or(is_over) {
            // The call that failed is counted already.
            *window = Some(Window { started: now, calls: calls.saturating_sub(1), failures: 0, alerted: false });
        }
        let window = window.as_mut()?;
        window.failures += 1;
        let calls = calls.saturating_sub(window.calls).max(window.failures);
        let is_too_much = window.failures >= u64::from(limits.failures)
            && window.failures.saturating_mul(100) >= calls.saturating_mul(limits.percent.into());
        if !is_too_much || window.alerted {
            return None;
        }
        window.alerted = true;
        Some(window.failures)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_of_failures_alerts_once_in_its_time() {
        let limits = ErrorShare { percent: 50, failures: 3, within: Duration::from_secs(60) };
        let (share, start) = (Share::default(), Instant::now());
        let call = |failed: bool, second| {
            share.calls.fetch_add(1, Ordering::Relaxed);
            failed.then(|| share.fail(limits, start + Duration::from_secs(second))).flatten()
        };
        for _ in 0..100 {
            assert_eq!(call(false, 0), None);
        }
        // The window begins with the first failure: what was good long before does not hide it.
        assert_eq!((call(true, 1), call(true, 1)), (None, None));
        for _ in 0..4 {
            assert_eq!(call(false, 1), None);
        }
        assert_eq!(call(true, 2), None, "three of seven");
        assert_eq!(call(true, 3), Some(4), "four of eight");
        assert_eq!(call(true, 4), None, "said once");
        assert_eq!((call(true, 70), call(true, 70)), (None, None));
        assert_eq!(call(true, 70), Some(3));
    }
}
