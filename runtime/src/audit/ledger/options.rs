//! How a ledger is kept.

use std::{fmt, time::Duration};

use super::{super::Durability, CheckpointSink, SigningKey};

/// No time is longer.
const YEAR: Duration = Duration::from_secs(366 * 24 * 60 * 60);

/// How a [`Ledger`](super::Ledger) is kept: see each method for its default.
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

    /// Signs a checkpoint after so many records, and so long after the first one that is not signed, whichever comes first. By default after
    /// 100 000 records and one second. Less than 1 record or 10 ms counts as that, more than a year as a year.
    #[must_use]
    pub fn checkpoint_every(mut self, records: u64, time: Duration) -> Self {
        (self.every_records, self.every) = (records.max(1), time.clamp(Duration::from_millis(10), YEAR));
        self
    }

    /// Begins a new file after so many bytes of records, and after so long, whichever comes first. By default after 64 MiB and 24 hours. A file may get a little
    /// larger, as records do not wait for the next one. Less than 4 KiB or one second counts as that, more than a year as a year.
    #[must_use]
    pub fn rotate(mut self, bytes: u64, age: Duration) -> Self {
        (self.segment_bytes, self.segment_age) = (bytes.max(4 << 10), age.clamp(Duration::from_secs(1), YEAR));
        self
    }

    /// Deletes files whose newest record is older than this. Only whole files go, which are
    /// closed and signed; the last checkpoint of each and the hashes of its subtrees stay, so that the rest of the log can be verified. The log
    /// says what was deleted. By default nothing is ever deleted.
    #[must_use]
    pub fn retain(mut self, time: Duration) -> Self {
        self.retain = Some(time);
        self
    }

    /// The most bytes that the files of this log may have together; by default there is no bound. Nothing is deleted for it before its
    /// [time](Self::retain). A log that is full is not [ready](crate::AuditSink::ready): calls are refused, unless the builder says otherwise
    /// ([`AuditFailure`](crate::AuditFailure)). The last sixteenth, at most 1 MiB, is kept for the outcomes of calls that run.
    #[must_use]
    pub fn max_bytes(mut self, bytes: u64) -> Self {
        self.max_bytes = Some(bytes);
        self
    }

    /// What the log outlives: the end of the process by default, so that a power failure may cost the records of about a second. Calls that wait for the
    /// storage device wait together.
    #[must_use]
    pub fn durability(mut self, durability: Durability) -> Self {
        self.durability = durability;
        self
    }

    /// Also exports checkpoints there. Without an export, anybody with the files and the signing key can rewrite the log.
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
