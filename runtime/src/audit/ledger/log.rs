//! The log while it is written: the state that all calls share, under one lock.

use std::{
    fmt,
    time::{Duration, Instant},
};

use super::{
    super::AuditError,
    append::{Appender, Seen},
    line::{Event, LogEvent, Unnumbered, serialized},
    options::LedgerOptions,
    tree::{Hash, Tree, leaf_hash},
};

/// How often the file is checked for having been moved.
const FILE_CHECK_INTERVAL: Duration = Duration::from_secs(1);
/// The maximum number of hashes of records that wait for the index: 8 MiB.
const MOST_LEAVES: usize = 1 << 18;
/// How many bytes a record has in the index.
pub(super) const LEAF: u64 = 32;
/// Signing is overdue after this number of intervals plus this time.
const OVERDUE_INTERVALS: u32 = 10;
const OVERDUE: Duration = Duration::from_secs(10);
/// The maximum room that is reserved for the outcomes of running calls when the log is full.
const RESERVE: u64 = 1 << 20;

pub(super) struct Log {
    pub(super) records: Appender,
    pub(super) tree: Tree,
    /// Hashes that are not in the index yet: the number of the first one, and the hashes.
    pub(super) leaves: (u64, Vec<Hash>),
    /// The bytes of all files except the current one with records.
    pub(super) other_bytes: u64,
    /// How many records the last checkpoint covers.
    pub(super) signed: u64,
    /// When the first unsigned record was written.
    pub(super) unsigned_since: Option<Instant>,
    pub(super) deleted_below: u64,
    /// When the current segment began.
    pub(super) begun: Instant,
    pub(super) failure: Option<Failure>,
    /// When the oldest closed segment is old enough to be deleted.
    pub(super) expires: Option<Instant>,
    /// The thread has something new to do or to wait for.
    pub(super) wake: bool,
    /// What is logged in the application's log once this log is unlocked, because a subscriber may record to this log.
    pub(super) news: Option<StatusChange>,
    /// Why the last checkpoint could not be written.
    pub(super) unsigned: Option<String>,
    /// How many records were refused since writing last worked.
    refused: u64,
    looked: Instant,
    max_bytes: u64,
    reserve: u64,
    every_records: u64,
    /// A record that is not signed for this long shows that signing has stopped.
    overdue: Duration,
    /// When a full log last requested a deletion of expired segments.
    asked: Option<Instant>,
    pub(super) closing: bool,
    /// The `closed` event was written.
    pub(super) closed: bool,
}

/// A change that affects calls.
pub(super) enum StatusChange {
    /// No record can be written.
    Fails(AuditError),
    Works,
}

/// Why no record can be written.
#[derive(Debug)]
pub(super) enum Failure {
    /// Writing failed.
    Write(String),
    /// The file is no longer at its path.
    Gone,
    /// The length of the file differs from what was written. The log has to be reopened to find out what is left.
    Changed,
    /// Written data may not be on the disk. The log has to be reopened to find out.
    Sync(String),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Write(error) => write!(f, "the audit log cannot be written: {error}"),
            Self::Gone => f.write_str("the current file of the audit log was removed or renamed: put it back"),
            Self::Changed => f.write_str(
                "another process wrote to the current file of the audit log: verify the log, then restart the server",
            ),
            Self::Sync(error) => write!(f, "the audit log could not be synced to disk; restart the server: {error}"),
        }
    }
}

impl StatusChange {
    pub(super) fn log(self) {
        match self {
            Self::Fails(error) => tracing::error!(target: "secure_tool::ledger", %error, "calls cannot be recorded"),
            Self::Works => tracing::info!(target: "secure_tool::ledger", "calls are recorded again"),
        }
    }
}

impl Failure {
    pub(super) fn error(&self) -> AuditError {
        AuditError::new(self.to_string())
    }
}

impl Log {
    pub(super) fn new(records: Appender, tree: Tree, signed: u64, deleted_below: u64, options: &LedgerOptions) -> Self {
        let max_bytes = options.max_bytes.unwrap_or(u64::MAX);
        let now = Instant::now();
        Self {
            records,
            leaves: (tree.size(), Vec::new()),
            tree,
            other_bytes: 0,
            signed,
            unsigned_since: None,
            deleted_below,
            begun: now,
            failure: None,
            expires: None,
            wake: false,
            news: None,
            unsigned: None,
            refused: 0,
            looked: now,
            max_bytes,
            reserve: RESERVE.min(max_bytes / 16),
            every_records: options.every_records,
            overdue: options.every * OVERDUE_INTERVALS + OVERDUE,
            asked: None,
            closing: false,
            closed: false,
        }
    }

    /// Whether a call may begin.
    pub(super) fn ready(&mut self) -> Result<(), AuditError> {
        self.healthy()?;
        self.room_for(self.reserve)
    }

    /// Writes a record and returns its number.
    pub(super) fn record(&mut self, record: Unnumbered<'_>) -> Result<u64, AuditError> {
        let may = self.healthy().and_then(|()| self.room_for(0)).and_then(|()| self.count_refused());
        let written = may.and_then(|()| self.write(record));
        if written.is_err() {
            self.refused += 1;
        }
        written
    }

    /// Writes an event of the log itself, even into the reserve and after a failure.
    pub(super) fn event(&mut self, what: LogEvent) -> Result<(), AuditError> {
        serialized(&Event::now(self.deleted_below, what), |event| self.write(event)).map(drop)
    }

    /// Records how many records were refused, before the next one.
    fn count_refused(&mut self) -> Result<(), AuditError> {
        if self.refused > 0 {
            self.event(LogEvent::Resumed { refused: self.refused })?;
            self.refused = 0;
        }
        Ok(())
    }

    fn write(&mut self, mut record: Unnumbered<'_>) -> Result<u64, AuditError> {
        let seq = self.tree.size();
        let line = record.number(seq);
        if let Err(error) = self.records.append(line) {
            return Err(self.fail(Failure::Write(error.to_string())));
        }
        self.append_leaf(line);
        Ok(seq)
    }

    /// Adds a written line to the tree.
    pub(super) fn append_leaf(&mut self, line: &[u8]) {
        let leaf = leaf_hash(line.strip_suffix(b"\n").unwrap_or(line));
        if self.leaves.1.len() < MOST_LEAVES {
            if self.leaves.1.is_empty() {
                self.leaves.0 = self.tree.size();
            }
            self.leaves.1.push(leaf);
            self.other_bytes += LEAF;
        }
        self.tree.push(leaf);
        if self.unsigned_since.is_none() {
            self.unsigned_since = Some(Instant::now());
            self.wake = true;
        }
        // Each record is counted, so this number is never skipped.
        self.wake |= self.tree.size() - self.signed == self.every_records;
    }

    /// Whether records can be written, as far as is known. Retries after a failure.
    fn healthy(&mut self) -> Result<(), AuditError> {
        if self.failure.is_none() && self.looked.elapsed() >= FILE_CHECK_INTERVAL {
            self.check_file()?;
        }
        match &self.failure {
            None => {}
            Some(failure @ (Failure::Changed | Failure::Sync(_))) => return Err(failure.error()),
            Some(Failure::Gone | Failure::Write(_)) => {
                self.check_file()?;
                self.event(LogEvent::Resumed { refused: self.refused })?;
                (self.failure, self.refused) = (None, 0);
                self.news = Some(StatusChange::Works);
            }
        }
        if self.unsigned_since.is_some_and(|since| since.elapsed() > self.overdue) {
            return Err(AuditError::new("the audit log is no longer being signed: a checkpoint is long overdue"));
        }
        match &self.unsigned {
            None => Ok(()),
            Some(error) => Err(AuditError::new(format!("the audit log cannot be signed: {error}"))),
        }
    }

    /// Checks whether the current file is unchanged.
    pub(super) fn check_file(&mut self) -> Result<(), AuditError> {
        self.looked = Instant::now();
        match self.records.check_file() {
            Seen::Unchanged => Ok(()),
            Seen::Gone => Err(self.fail(Failure::Gone)),
            Seen::Changed => Err(self.fail(Failure::Changed)),
        }
    }

    /// Refuses records from now on.
    pub(super) fn fail(&mut self, failure: Failure) -> AuditError {
        let error = failure.error();
        if self.failure.is_none() {
            self.news = Some(StatusChange::Fails(failure.error()));
        }
        self.failure = Some(failure);
        error
    }

    fn room_for(&mut self, reserve: u64) -> Result<(), AuditError> {
        if self.other_bytes.saturating_add(self.records.len()).saturating_add(reserve) < self.max_bytes {
            return Ok(());
        }
        if self.expires.is_some() && self.asked.is_none_or(|asked| asked.elapsed() >= FILE_CHECK_INTERVAL) {
            // By wall-clock time something may be old enough by now.
            let now = Instant::now();
            (self.expires, self.asked, self.wake) = (Some(now), Some(now), true);
        }
        Err(AuditError::new("the audit log is full (`max_bytes`) and none of its records are old enough to be deleted"))
    }
}
