//! The options of a ledger.

use std::{fmt, time::Duration};

use super::{super::Durability, CheckpointSink, SigningKey};

/// The upper limit of all times.
const YEAR: Duration = Duration::from_secs(366 * 24 * 60 * 60);

/// Options of a [`Ledger`](super::Ledger); each method documents its default.
pub struct LedgerOptions {
    pub(super) key: SigningKey,
    pub(super) every_records: u64,
    pub(super) every: Duration,
    pub(super) segment_bytes: u64,
    pub(super) segment_age: Duration,
    pub(super) retain: Option<Duration>,
    pub(super) max_bytes: Option<u64>,
    pub(super) durability: Durability,
    pub(super) sinks: Vec<Box<dyn CheckpointSink>>,
}

impl LedgerOptions {
    /// The defaults, with the key that signs.
    #[must_use]
    pub fn new(key: SigningKey) -> Self {
        Self {
            key,
            every_records: 100_000,
            every: Duration::from_secs(1),
            segment_bytes: 64 << 20,
            segment_age: Duration::from_secs(24 * 60 * 60),
            retain: None,
            max_bytes: None,
            durability: Durability::default(),
            sinks: Vec::new(),
        }
    }

    /// Signs a checkpoint after this number of records, or this long after the first unsigned record, whichever comes first. The default is 100,000
    /// records or one second. The minimum is 1 record and 10 ms, the maximum a year.
    #[must_use]
    pub fn checkpoint_every(mut self, records: u64, time: Duration) -> Self {
        (self.every_records, self.every) = (records.max(1), time.clamp(Duration::from_millis(10), YEAR));
        self
    }

    /// Begins a new file after this number of bytes of records, or after this time, whichever comes first. The default is 64 MiB or 24 hours. A file
    /// may become slightly larger, because records do not wait for the next file. The minimum is 4 KiB and one second, the maximum a year.
    #[must_use]
    pub fn rotate(mut self, bytes: u64, age: Duration) -> Self {
        (self.segment_bytes, self.segment_age) = (bytes.max(4 << 10), age.clamp(Duration::from_secs(1), YEAR));
        self
    }

    /// Deletes files whose newest record is older than this. Only whole files that are closed and signed are deleted; the last checkpoint of each and
    /// the hashes of its subtrees are kept, so that the rest of the log can be verified. The log records what was deleted. By default nothing is ever
    /// deleted.
    #[must_use]
    pub fn retain(mut self, time: Duration) -> Self {
        self.retain = Some(time);
        self
    }

    /// The maximum total size of the files of this log in bytes; unlimited by default. Nothing is deleted before its [retention time](Self::retain)
    /// because of it. A full log is not [ready](crate::AuditSink::ready): calls are refused, unless the builder configures otherwise
    /// ([`AuditFailure`](crate::AuditFailure)). The last sixteenth, at most 1 MiB, is reserved for the outcomes of running calls.
    #[must_use]
    pub fn max_bytes(mut self, bytes: u64) -> Self {
        self.max_bytes = Some(bytes);
        self
    }

    /// What the records survive: by default the end of the process, so that a power failure may lose the records of about a second. Calls that wait
    /// for the storage device wait together.
    #[must_use]
    pub fn durability(mut self, durability: Durability) -> Self {
        self.durability = durability;
        self
    }

    /// Adds a sink that exports checkpoints. Without an export, anyone with the files and the signing key can rewrite the log.
    #[must_use]
    pub fn export(mut self, sink: impl CheckpointSink) -> Self {
        self.sinks.push(Box::new(sink));
        self
    }
}

impl fmt::Debug for LedgerOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LedgerOptions")
            .field("key", &self.key)
            .field("every_records", &self.every_records)
            .field("every", &self.every)
            .field("segment_bytes", &self.segment_bytes)
            .field("segment_age", &self.segment_age)
            .field("retain", &self.retain)
            .field("max_bytes", &self.max_bytes)
            .field("durability", &self.durability)
            .field("sinks", &self.sinks.len())
            .finish()
    }
}
