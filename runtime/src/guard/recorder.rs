//! Writes to the audit sink: applies the failure policy, and keeps outcomes that could not be written yet.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use super::{body::contain, refusals::RefusalLog};
use crate::{
    alert::Watch,
    audit::{AuditError, AuditFailure, AuditRecord, AuditSink, RefusalBurst},
    identity::AddressKey,
};

/// How many outcomes may wait for a failed sink. No call begins to write while one waits, so these are the calls that were running when the sink
/// failed.
const MAX_PENDING_OUTCOMES: usize = 4096;

/// The source of a recorded call, for alerts and metrics.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Source {
    /// The index of the item.
    pub(crate) index: Option<usize>,
    /// The address of a call without a credential.
    pub(crate) address: Option<AddressKey>,
    #[cfg(feature = "otel")]
    pub(crate) transport: Option<&'static str>,
}

/// The audit sink of a server.
pub(crate) struct Recorder {
    sink: Arc<CheckedSink>,
    /// Counts refusals beyond their budget.
    refusals: RefusalLog,
    /// Whether `owed` holds anything, without its lock.
    owes: AtomicBool,
    owed: Mutex<Backlog>,
}

/// The outcomes that the log still lacks.
#[derive(Default)]
struct Backlog {
    /// Outcomes that the sink did not accept, oldest first.
    records: VecDeque<AuditRecord>,
    /// How many of them are being written at the moment, outside of this lock.
    settling: usize,
    /// How many did not fit: they are permanently missing from the log.
    dropped: u64,
}

/// The result of an attempt to write the backlog.
enum Settled {
    /// The log is complete.
    All,
    /// Another call is writing it, or has just added to it. The sink has not failed for this call.
    NotYet,
}

/// A recorder for this sink and failure policy.
pub(super) struct CheckedSink {
    sink: Box<dyn AuditSink>,
    failure: AuditFailure,
    /// Inspects records for alerts.
    watch: Watch,
    /// Inspects records for metrics.
    #[cfg(feature = "otel")]
    metrics: crate::telemetry::Metrics,
}

impl Recorder {
    /// `refusals` of each kind are recorded individually per minute.
    pub(crate) fn new(
        sink: Box<dyn AuditSink>,
        failure: AuditFailure,
        watch: Watch,
        #[cfg(feature = "otel")] metrics: crate::telemetry::Metrics,
        environment: Option<Arc<str>>,
        refusals: u32,
    ) -> Self {
        let sink = Arc::new(CheckedSink {
            sink,
            failure,
            watch,
            #[cfg(feature = "otel")]
            metrics,
        });
        let refusals = RefusalLog::new(Arc::clone(&sink), environment, refusals);
        Self { sink, refusals, owes: AtomicBool::new(false), owed: Mutex::default() }
    }

    /// Checks, before anything happens, whether a call can be recorded and, if it may write, whether the log is complete.
    pub(crate) fn ready(&self, writes: bool) -> Result<(), AuditError> {
        let ready = self.sink.ask(AuditSink::ready);
        // Also for a call that only reads, which continues in any case, because there may never be another call that writes.
        let settled = if ready.is_ok() { self.settle() } else { Ok(Settled::All) };
        if !writes {
            return self.sink.apply_failure_policy(ready, false);
        }
        match ready.and(settled) {
            Ok(Settled::NotYet) if self.sink.failure != AuditFailure::Continue => {
                // Not a failure that needs an alert: the same call may pass a moment later.
                Err(AuditError::new("writing outcomes that are missing from the audit log"))
            }
            answer => self.sink.apply_failure_policy(answer.map(drop), true),
        }
    }

    /// Writes the only record of a call, or counts it if it is one of many refusals.
    pub(crate) fn end(&self, record: AuditRecord, source: Source, writes: bool) -> Result<(), AuditError> {
        self.sink.observe(&record, source);
        if !self.refusals.is_recorded(&record, source.address) {
            return Ok(());
        }
        let recorded = self.sink.ask(|sink| sink.record(record));
        self.sink.apply_failure_policy(recorded, writes)
    }

    /// Writes the intent of a call that may write.
    pub(crate) fn intent(&self, record: AuditRecord) -> Result<(), AuditError> {
        self.sink.watch.intended(&record);
        let recorded = self.sink.ask(|sink| sink.record(record));
        self.sink.apply_failure_policy(recorded, true)
    }

    /// Writes its outcome. An outcome that cannot be written is kept, and no other call may write before it is written.
    pub(crate) fn outcome(&self, record: AuditRecord, source: Source) -> Result<(), AuditError> {
        self.sink.observe(&record, source);
        let recorded = self.sink.ask(|sink| sink.record(record.clone()));
        if recorded.is_err() {
            self.keep_outcome(record);
        }
        self.sink.apply_failure_policy(recorded, true)
    }

    /// Writes any other event to the log.
    #[cfg(feature = "http")]
    pub(crate) fn event(&self, write: impl FnOnce(&dyn AuditSink) -> Result<(), AuditError>) {
        // What there is to say, `apply_failure_policy` logs.
        let _ = self.sink.apply_failure_policy(self.sink.ask(write), false);
    }

    fn keep_outcome(&self, record: AuditRecord) {
        let mut owed = self.lock();
        let is_kept = owed.records.len() + owed.settling < MAX_PENDING_OUTCOMES;
        tracing::error!(
            target: "secure_tool::alert",
            tool = record.tool.as_deref(),
            call_id = %record.call_id,
            rule = record.rule,
            is_kept,
            "the outcome of a call that may have written could not be recorded"
        );
        if is_kept {
            owed.records.push_back(record);
        } else {
            owed.dropped = owed.dropped.saturating_add(1);
        }
        self.owes.store(true, Ordering::Release);
    }

    fn lock(&self) -> MutexGuard<'_, Backlog> {
        self.owed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes the backlog. The lock is not held while the sink writes.
    fn settle(&self) -> Result<Settled, AuditError> {
        if !self.owes.load(Ordering::Acquire) {
            return Ok(Settled::All);
        }
        let mut settling = {
            let mut owed = self.lock();
            if owed.settling > 0 {
                return Ok(Settled::NotYet);
            }
            owed.settling = owed.records.len();
            std::mem::take(&mut owed.records)
        };
        let mut settled = Ok(());
        while let Some(record) = settling.front() {
            settled = self.sink.ask(|sink| sink.record(record.clone()));
            if settled.is_err() {
                break;
            }
            settling.pop_front();
        }
        let mut owed = self.lock();
        owed.settling = 0;
        // New outcomes come after the rest.
        settling.append(&mut owed.records);
        owed.records = settling;
        settled?;
        if !owed.records.is_empty() {
            return Ok(Settled::NotYet);
        }
        // Under the lock, so that no outcome is added in between.
        self.owes.store(false, Ordering::Release);
        if owed.dropped == 0 {
            tracing::info!("the audit log is complete again: every missing outcome was written");
        } else {
            tracing::error!(
                target: "secure_tool::alert",
                lost = owed.dropped,
                "the outcomes that were kept are in the audit log; others are permanently missing"
            );
        }
        Ok(Settled::All)
    }
}

impl CheckedSink {
    /// Writes how many calls were refused. If that fails, the number is written to the application's log.
    pub(super) fn record_refusals(&self, burst: &RefusalBurst) {
        let recorded = self.ask(|sink| sink.record_refusals(burst.clone()));
        if recorded.is_err() {
            burst.warn();
        }
        // What else there is to say, `apply_failure_policy` logs.
        let _ = self.apply_failure_policy(recorded, false);
    }

    /// Inspects the record of a call.
    fn observe(&self, record: &AuditRecord, source: Source) {
        self.watch.observe(record, source.index);
        #[cfg(feature = "otel")]
        self.metrics.observe(record, source.transport);
    }

    fn ask(&self, ask: impl FnOnce(&dyn AuditSink) -> Result<(), AuditError>) -> Result<(), AuditError> {
        contain(|| ask(&*self.sink)).unwrap_or_else(|_| Err(AuditError::new("the audit sink panicked")))
    }

    fn apply_failure_policy(&self, answer: Result<(), AuditError>, writes: bool) -> Result<(), AuditError> {
        let Err(error) = answer else { return Ok(()) };
        tracing::error!(%error, "the audit sink could not accept a record");
        self.watch.sink_failed();
        #[cfg(feature = "otel")]
        self.metrics.sink_failed();
        match self.failure {
            AuditFailure::Refuse => Err(error),
            AuditFailure::RefuseWrites if writes => Err(error),
            AuditFailure::RefuseWrites | AuditFailure::Continue => Ok(()),
        }
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        let Err(error) = self.settle() else { return };
        let lost = self.lock().records.len();
        tracing::error!(target: "secure_tool::alert", %error, lost, "outcomes are missing from the audit log of a server that has shut down");
    }
}

#[cfg(test)]
mod tests {
    use std::{
        sync::{Weak, atomic::AtomicUsize},
        time::Duration,
    };

    use super::*;
    use crate::{Alert, AlertKind, AlertSink, Alerts, MemorySink, Revocations, audit::tests::record, outcome::CallId};

    struct Fragile {
        broken: AtomicBool,
        /// What asks while the sink is busy.
        inner: Mutex<Weak<Recorder>>,
        asked: Mutex<Vec<bool>>,
        kept: MemorySink,
    }

    impl AuditSink for Fragile {
        fn record(&self, record: AuditRecord) -> Result<(), AuditError> {
            if self.broken.load(Ordering::SeqCst) {
                return Err(AuditError::new("broken"));
            }
            if let Some(recorder) = self.inner.lock().unwrap().upgrade() {
                self.asked.lock().unwrap().extend([recorder.ready(true).is_ok(), recorder.ready(false).is_ok()]);
            }
            self.kept.record(record)
        }
    }

    const NOWHERE: Source = Source {
        index: None,
        address: None,
        #[cfg(feature = "otel")]
        transport: None,
    };

    fn recorder(sink: &Arc<Fragile>, failure: AuditFailure, alerts: Alerts) -> Recorder {
        Recorder::new(
            Box::new(Arc::clone(sink)),
            failure,
            Watch::new(alerts, Revocations::default(), None, 0),
            #[cfg(feature = "otel")]
            crate::telemetry::Metrics::new(None),
            None,
            1000,
        )
    }

    fn sink() -> Arc<Fragile> {
        let kept = MemorySink::new(2 * MAX_PENDING_OUTCOMES);
        Arc::new(Fragile { broken: AtomicBool::new(false), inner: Mutex::default(), asked: Mutex::default(), kept })
    }

    fn owing(sink: &Arc<Fragile>, outcomes: usize) -> (Recorder, Vec<CallId>) {
        owing_to(sink, outcomes, AuditFailure::Refuse, Alerts::new())
    }

    fn owing_to(
        sink: &Arc<Fragile>,
        outcomes: usize,
        failure: AuditFailure,
        alerts: Alerts,
    ) -> (Recorder, Vec<CallId>) {
        let recorder = recorder(sink, failure, alerts);
        let refuses = failure != AuditFailure::Continue;
        sink.broken.store(true, Ordering::SeqCst);
        let records: Vec<_> = std::iter::repeat_with(record).take(outcomes).collect();
        let ids = records.iter().map(|record| record.call_id).collect();
        for record in records {
            assert_eq!(recorder.outcome(record, NOWHERE).is_err(), refuses);
        }
        assert!(recorder.ready(true).is_err() == refuses && recorder.ready(false).is_ok());
        sink.broken.store(false, Ordering::SeqCst);
        (recorder, ids)
    }

    fn kept(sink: &Fragile) -> Vec<CallId> {
        sink.kept.records().iter().map(|record| record.call_id).collect()
    }

    #[test]
    fn what_is_owed_is_written_before_a_read_before_a_write_and_at_the_end() {
        let ways: [fn(Recorder); 3] = [
            |recorder| assert!(recorder.ready(false).is_ok() && !recorder.owes.load(Ordering::SeqCst)),
            |recorder| assert!(recorder.ready(true).is_ok() && !recorder.owes.load(Ordering::SeqCst)),
            drop,
        ];
        for way in ways {
            let sink = sink();
            let (recorder, ids) = owing(&sink, 3);
            assert!(kept(&sink).is_empty());
            way(recorder);
            assert_eq!(kept(&sink), ids, "each once, oldest first");
        }
        // A sink that never works again loses them, and ends nevertheless.
        let sink = sink();
        let (recorder, _) = owing(&sink, 3);
        sink.broken.store(true, Ordering::SeqCst);
        drop(recorder);
        assert!(kept(&sink).is_empty());
    }

    #[test]
    fn what_there_is_no_room_for_is_counted_and_not_forgotten() {
        let sink = sink();
        let (recorder, ids) = owing(&sink, MAX_PENDING_OUTCOMES + 2);
        assert!(recorder.ready(true).is_ok());
        assert_eq!(kept(&sink), ids[..MAX_PENDING_OUTCOMES]);
        assert_eq!(recorder.lock().dropped, 2);
    }

    /// Counts alerts.
    #[derive(Default)]
    struct Alarm(AtomicUsize);

    impl AlertSink for Alarm {
        fn alert(&self, _: &Alert) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }

    #[test]
    fn nobody_waits_for_the_lock_while_the_sink_is_busy_and_nothing_writes() {
        for (failure, writes) in
            [(AuditFailure::Refuse, false), (AuditFailure::RefuseWrites, false), (AuditFailure::Continue, true)]
        {
            let (sink, alarm) = (sink(), Arc::new(Alarm::default()));
            // Two outcomes, and the call that could not write them: the next failure would alert.
            let alerts =
                Alerts::new().threshold(AlertKind::SinkFailure, 4, Duration::from_secs(60)).to(Arc::clone(&alarm));
            let (recorder, ids) = owing_to(&sink, 2, failure, alerts);
            let recorder = Arc::new(recorder);
            *sink.inner.lock().unwrap() = Arc::downgrade(&recorder);
            assert!(recorder.ready(true).is_ok());
            assert_eq!(*sink.asked.lock().unwrap(), [writes, true, writes, true]);
            assert_eq!(kept(&sink), ids);
            assert_eq!(alarm.0.load(Ordering::SeqCst), 0, "a sink that is busy has not failed");
        }
    }
}
