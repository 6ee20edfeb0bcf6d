//! Records in memory, for tests.

use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
};

use super::{AuditError, AuditRecord, AuditSink, FailedLogins, RefusalBurst};

/// Keeps the newest records in memory.
///
/// Share it with an `Arc` to read it while the server runs:
///
/// ```
/// use std::sync::Arc;
/// use secure_tool::MemorySink;
///
/// let audit = Arc::new(MemorySink::new(1_000));
/// // SecureServer::builder(state).audit(audit.clone()) …
/// assert!(audit.records().is_empty());
/// ```
#[derive(Debug)]
pub struct MemorySink {
    records: Mutex<VecDeque<AuditRecord>>,
    failed_logins: Mutex<VecDeque<FailedLogins>>,
    refusals: Mutex<VecDeque<RefusalBurst>>,
    capacity: usize,
}

impl MemorySink {
    /// A sink for `capacity` records, and the same number of events of failed logins and of refusals; the oldest are dropped first.
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        Self {
            records: Mutex::default(),
            failed_logins: Mutex::default(),
            refusals: Mutex::default(),
            capacity: capacity.max(1),
        }
    }

    /// The records, oldest first.
    #[must_use]
    pub fn records(&self) -> Vec<AuditRecord> {
        self.records.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    /// Removes and returns the records, oldest first.
    #[must_use]
    pub fn take(&self) -> Vec<AuditRecord> {
        self.records.lock().unwrap_or_else(PoisonError::into_inner).drain(..).collect()
    }

    /// The failed logins, oldest first.
    #[must_use]
    pub fn failed_logins(&self) -> Vec<FailedLogins> {
        self.failed_logins.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    /// The counts of refused calls, oldest first.
    #[must_use]
    pub fn refusals(&self) -> Vec<RefusalBurst> {
        self.refusals.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    fn keep<T>(&self, entry: T, entries: &Mutex<VecDeque<T>>) {
        let mut entries = entries.lock().unwrap_or_else(PoisonError::into_inner);
        if entries.len() == self.capacity {
            entries.pop_front();
        }
        entries.push_back(entry);
    }
}

impl AuditSink for MemorySink {
    fn record(&self, record: AuditRecord) -> Result<(), AuditError> {
        self.keep(record, &self.records);
        Ok(())
    }

    fn record_failed_logins(&self, event: FailedLogins) -> Result<(), AuditError> {
        self.keep(event, &self.failed_logins);
        Ok(())
    }

    fn record_refusals(&self, event: RefusalBurst) -> Result<(), AuditError> {
        self.keep(event, &self.refusals);
        Ok(())
    }
}
