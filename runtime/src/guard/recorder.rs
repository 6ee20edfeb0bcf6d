//! The way to the audit sink: what it means that a record cannot be kept, and which outcomes the log still lacks.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use super::{body::contain, refusals::RefusalLog};
use crate::{
    alert::Watch,
    audit::{AuditError, AuditFailure, AuditRecord, AuditSink, RefusalBurst},
    identity::AddressKey,
};

/// How many outcomes wait for a sink that does not take them. No call begins to write while one waits, so that these are the calls that were
/// running when the sink failed.
const MOST_OWED: usize = 4096;

/// Where the call of a record came from, for those who look at how calls have ended.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Source {
    /// The index of the item.
    pub(crate) index: Option<usize>,
    /// Where a call without a credential came from.
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
    /// Outcomes that the sink did not take, oldest first.
    owed: Mutex<VecDeque<AuditRecord>>,
}

/// A sink, what its failures mean, and who hears of them.
pub(super) struct CheckedSink {
    sink: Box<dyn AuditSink>,
    failure: AuditFailure,
    /// Looks at how calls have ended.
    watch: Watch,
    /// Measures the same.
    #[cfg(feature = "otel")]
    metrics: crate::telemetry::Metrics,
}

impl Recorder {
    /// `refusals` of each kind have a record of their own in a minute.
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

    /// Whether a call can be recorded, and the log is complete if the call may write. Asked before anything happens.
    pub(crate) fn ready(&self, writes: bool) -> Result<(), AuditError> {
        let ready = self.sink.ask(AuditSink::ready);
        let ready = if writes { ready.and_then(|()| self.settle()) } else { ready };
        self.sink.bear(ready, writes)
    }

    /// Writes the only record of a call, or counts it if it is one of many refusals.
    pub(crate) fn end(&self, record: AuditRecord, source: Source, writes: bool) -> Result<(), AuditError> {
        self.sink.observe(&record, source);
        if !self.refusals.is_recorded(&record, source.address) {
            return Ok(());
        }
        let recorded = self.sink.ask(|sink| sink.record(record));
        self.sink.bear(recorded, writes)
    }

    /// Writes the intent of a call that may write.
    pub(crate) fn intent(&self, record: AuditRecord) -> Result<(), AuditError> {
        self.sink.watch.intended(&record);
        let recorded = self.sink.ask(|sink| sink.record(record));
        self.sink.bear(recorded, true)
    }

    /// Writes its outcome. One that cannot be written is kept, and no other call writes before it is.
    pub(crate) fn outcome(&self, record: AuditRecord, source: Source) -> Result<(), AuditError> {
        self.sink.observe(&record, source);
        let recorded = self.sink.ask(|sink| sink.record(record.clone()));
        if recorded.is_err() {
            self.owe(record);
        }
        self.sink.bear(recorded, true)
    }

    /// Writes anything else that belongs into the log.
    #[cfg(feature = "http")]
    pub(crate) fn event(&self, write: impl FnOnce(&dyn AuditSink) -> Result<(), AuditError>) {
        // What there is to say, `bear` logs.
        let _ = self.sink.bear(self.sink.ask(write), false);
    }

    fn owe(&self, record: AuditRecord) {
        let mut owed = self.owed.lock().unwrap_or_else(PoisonError::into_inner);
        let is_kept = owed.len() < MOST_OWED;
        tracing::error!(
            target: "secure_tool::alert",
            tool = record.tool.as_deref(),
            call_id = %record.call_id,
            rule = record.rule,
            is_kept,
            "the outcome of a call that may have written could not be recorded"
        );
        if is_kept {
            owed.push_back(record);
        }
        self.owes.store(true, Ordering::Release);
    }

    /// Writes the outcomes that are owed.
    fn settle(&self) -> Result<(), AuditError> {
        if !self.owes.load(Ordering::Acquire) {
            return Ok(());
        }
        let mut owed = self.owed.lock().unwrap_or_else(PoisonError::into_inner);
        while let Some(record) = owed.front() {
            self.sink.ask(|sink| sink.record(record.clone()))?;
            owed.pop_front();
        }
        // Under the lock, so that no outcome is added in between.
        self.owes.store(false, Ordering::Release);
        tracing::info!("the audit log has every outcome again");
        Ok(())
    }
}

impl CheckedSink {
    /// Writes how many calls were refused. If it cannot be written, the application's log has the number.
    pub(super) fn record_refusals(&self, burst: &RefusalBurst) {
        let recorded = self.ask(|sink| sink.record_refusals(burst.clone()));
        if recorded.is_err() {
            burst.warn();
        }
        // What else there is to say, `bear` logs.
        let _ = self.bear(recorded, false);
    }

    /// Looks at how a call has ended.
    fn observe(&self, record: &AuditRecord, source: Source) {
        self.watch.observe(record, source.index);
        #[cfg(feature = "otel")]
        self.metrics.observe(record, source.transport);
    }

    fn ask(&self, ask: impl FnOnce(&dyn AuditSink) -> Result<(), AuditError>) -> Result<(), AuditError> {
        contain(|| ask(&*self.sink)).unwrap_or_else(|_| Err(AuditError::new("the audit sink panicked")))
    }

    fn bear(&self, answer: Result<(), AuditError>, writes: bool) -> Result<(), AuditError> {
        let Err(error) = answer else { return Ok(()) };
        tracing::error!(%error, "the audit sink cannot take a record");
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
