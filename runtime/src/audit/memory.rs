//! Records in memory, for tests.

use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
};

use super::{AuditError, AuditRecord, AuditSink};

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
    capacity: usize,
}

impl MemorySink {
    /// A sink for so many records; the oldest go first.
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        Self { records: Mutex::default(), capacity: capacity.max(1) }
    }

    /// The records, oldest first.
    #[must_use]
    pub fn records(&self) -> Vec<AuditRecord> {
        self.records.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    /// Takes the records out, oldest first.
    #[must_use]
    pub fn take(&self) -> Vec<AuditRecord> {
        self.records.lock().unwrap_or_else(PoisonError::into_inner).drain(..).collect()
    }
}

impl AuditSink for MemorySink {
    fn record(&self, record: AuditRecord) -> Result<(), AuditError> {
        let mut records = self.records.lock().unwrap_or_else(PoisonError::into_inner);
        if records.len() == self.capacity {
            records.pop_front();
        }
        records.push_back(record);
        Ok(())
    }
}
