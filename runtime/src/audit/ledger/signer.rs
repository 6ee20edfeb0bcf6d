//! The background work: syncing, signing, beginning new segments and deleting old ones.

use std::{
    collections::VecDeque,
    fs::{self, File, OpenOptions},
    io::{self, Seek, SeekFrom, Write},
    mem,
    ops::{Deref, DerefMut},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use chrono::{DateTime, Utc};

use super::{
    super::{AuditError, Durability},
    Checkpoint,
    append::{Appender, sync_folder},
    layout::{Folder, Kind},
    line::{Event, LogEvent, serialized},
    log::{Failure, LEAF, Log, StatusChange},
    options::LedgerOptions,
    segment::{Subtrees, keep_last_checkpoint},
    tree::{Hash, Tree},
};

/// The locked log. After unlocking, the thread is woken and news are written to the application's log.
pub(super) struct Locked<'a> {
    /// Dropped first, which unlocks it.
    log: MutexGuard<'a, Log>,
    after: After<'a>,
}

/// What is done once the log is unlocked.
struct After<'a> {
    shared: &'a Shared,
    wake: bool,
    news: Option<StatusChange>,
}

/// The time before the next attempt after a failure.
const RETRY: Duration = Duration::from_secs(1);

/// A ledger that is open.
pub(super) struct Shared {
    pub(super) log: Mutex<Log>,
    /// There is something to sign, a new segment to begin, or the end.
    pub(super) wake: Condvar,
    /// A thread that locks both locks this one before `log`.
    pub(super) signer: Mutex<Signer>,
    /// How many records the last exported checkpoint covers. Locked during an export, without the other locks.
    exported: Mutex<u64>,
    /// How many records are known to be on the disk; maintained only if records wait for that.
    synced: Mutex<u64>,
    pub(super) folder: Folder,
    pub(super) origin: String,
    pub(super) options: LedgerOptions,
    /// Held while the log is open.
    pub(super) _lock: File,
}

/// The files other than the records, which only one thread at a time writes.
pub(super) struct Signer {
    /// The first record of the segment that the files belong to.
    pub(super) first: u64,
    pub(super) checkpoints: Appender,
    pub(super) index: File,
    /// The earlier segments whose records still exist, oldest first.
    pub(super) closed: VecDeque<Closed>,
    /// A segment that is complete but not signed yet.
    closing: Option<Closing>,
    /// Signed, and not exported yet.
    to_export: Vec<Checkpoint>,
    pub(super) last: Option<Checkpoint>,
}

/// A segment that will get no more records.
#[derive(Debug)]
pub(super) struct Closed {
    pub(super) first: u64,
    pub(super) end: u64,
    pub(super) at: DateTime<Utc>,
}

struct Closing {
    records: Arc<File>,
    tree: Tree,
    subtrees: Subtrees,
    leaves: (u64, Vec<Hash>),
    at: DateTime<Utc>,
}

impl Signer {
    pub(super) fn open(folder: &Folder, first: u64, checkpoints: u64) -> io::Result<Self> {
        Ok(Self {
            first,
            checkpoints: Appender::open(folder.file(Kind::Checkpoints, first), checkpoints)?,
            index: OpenOptions::new()
                .create(true)
                .write(true)
                .truncate(false)
                .open(folder.file(Kind::Leaves, first))?,
            closed: VecDeque::new(),
            closing: None,
            to_export: Vec::new(),
            last: None,
        })
    }

    /// Adds hashes of records to the index. It only helps the verifier to locate a change; changes are detected without it too.
    pub(super) fn add_to_index(&mut self, (first, leaves): &(u64, Vec<Hash>)) -> io::Result<()> {
        if leaves.is_empty() {
            return Ok(());
        }
        self.index.seek(SeekFrom::Start(first.saturating_sub(self.first).saturating_mul(LEAF)))?;
        self.index.write_all(leaves.as_flattened())
    }
}

impl Shared {
    pub(super) fn new(log: Log, signer: Signer, folder: Folder, options: LedgerOptions, lock: File) -> Self {
        let origin = folder.origin(options.key.name());
        let (log, signer, exported, synced) = (Mutex::new(log), Mutex::new(signer), Mutex::new(0), Mutex::new(0));
        Self { log, wake: Condvar::new(), signer, exported, synced, folder, origin, options, _lock: lock }
    }

    /// Locks the log for a call; fails after a panic in the middle of a record.
    pub(super) fn lock(&self) -> Result<Locked<'_>, AuditError> {
        let log = self.log.lock().map_err(|_| AuditError::new("a writer of the audit log panicked"))?;
        Ok(Locked { log, after: After { shared: self, wake: false, news: None } })
    }

    /// Waits until a record is on the disk. Records that wait in the meantime are covered together by the next sync.
    pub(super) fn sync(&self, seq: u64) -> Result<(), AuditError> {
        let mut synced = self.synced.lock().unwrap_or_else(PoisonError::into_inner);
        if *synced > seq {
            return Ok(());
        }
        let (size, file) = {
            let log = self.lock()?;
            (log.tree.size(), log.records.file())
        };
        let done = file.sync_data();
        if done.is_ok() {
            *synced = size;
        }
        drop(synced);
        self.sync_done(done)
    }

    /// How many records are known to be on the disk.
    #[cfg(test)]
    pub(super) fn synced(&self) -> u64 {
        *self.synced.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn sync_file(&self, file: &File) -> Result<(), AuditError> {
        self.sync_done(file.sync_data())
    }

    fn sync_done(&self, done: io::Result<()>) -> Result<(), AuditError> {
        done.or_else(|error| Err(self.lock()?.fail(Failure::Sync(error.to_string()))))
    }

    /// The thread of the ledger.
    pub(super) fn run(&self) {
        self.work();
        if let Err(error) = self.close() {
            tracing::error!(target: "secure_tool::ledger", %error, origin = self.origin, "the end of the audit log could not be signed");
        }
    }

    /// Writes the `closed` event, and signs it.
    fn close(&self) -> Result<(), AuditError> {
        self.with_signer(|signer| self.close_with(signer))
    }

    fn close_with(&self, signer: &mut Signer) -> Result<(), AuditError> {
        {
            let mut log = self.lock()?;
            if !log.closed {
                log.event(LogEvent::Closed)?;
                log.closed = true;
            }
        }
        self.sign_with(signer)
    }

    /// Closes the log if its thread does not respond: without waiting for anything that the thread holds, and without the sinks.
    pub(super) fn close_without_thread(&self) -> Result<(), AuditError> {
        match self.signer.try_lock() {
            Ok(mut signer) => self.close_with(&mut signer),
            Err(_) => Err(AuditError::new("its thread does not respond")),
        }
    }

    fn work(&self) {
        let mut not_before = Instant::now();
        loop {
            let Ok(mut log) = self.log.lock() else { return };
            let work = loop {
                if log.closing {
                    return;
                }
                let now = Instant::now();
                let (work, due) = self.due(&log, now);
                let due = due.max(not_before);
                if due <= now {
                    break work;
                }
                // The first unsigned record has woken it; it sleeps until something is due.
                let Ok((woken, _)) = self.wake.wait_timeout(log, due - now) else { return };
                log = woken;
            };
            drop(log);
            let done = match work {
                Work::Sign => self.sign().map(drop),
                Work::Rotate => self.rotate(),
                Work::Expire => self.expire(),
            };
            if let Err(error) = done {
                tracing::warn!(target: "secure_tool::ledger", %error, ?work, "the audit log could not be signed");
                not_before = Instant::now() + RETRY;
            }
        }
    }

    /// What is due next, and when.
    fn due(&self, log: &Log, now: Instant) -> (Work, Instant) {
        let unsigned = log.tree.size() - log.signed;
        let rotate =
            if log.records.len() >= self.options.segment_bytes { now } else { log.begun + self.options.segment_age };
        let sign = match log.unsigned_since {
            _ if unsigned >= self.options.every_records => now,
            Some(since) => since + self.options.every,
            None => rotate,
        };
        let first = if rotate <= sign { (Work::Rotate, rotate) } else { (Work::Sign, sign) };
        match log.expires {
            Some(expires) if expires < first.1 => (Work::Expire, expires),
            _ => first,
        }
    }

    /// Syncs and signs what was written. Returns the last checkpoint, even if there is nothing new.
    pub(super) fn sign(&self) -> Result<Option<Checkpoint>, AuditError> {
        self.with_signer(|signer| {
            let done = self.sign_with(signer);
            self.lock()?.unsigned = done.as_ref().err().map(ToString::to_string);
            done?;
            Ok(signer.last.clone())
        })
    }

    /// Runs work that only one thread at a time may do, then exports what was signed.
    fn with_signer<T>(&self, run: impl FnOnce(&mut Signer) -> Result<T, AuditError>) -> Result<T, AuditError> {
        let (done, signed) = {
            let mut signer = self.signer.lock().unwrap_or_else(PoisonError::into_inner);
            let done = run(&mut signer);
            (done, mem::take(&mut signer.to_export))
        };
        if !signed.is_empty() {
            self.export(&signed);
        }
        done
    }

    /// Exports checkpoints, except those older than one that was exported already. Errors and panics of sinks are handled here.
    fn export(&self, signed: &[Checkpoint]) {
        let mut exported = self.exported.lock().unwrap_or_else(PoisonError::into_inner);
        for checkpoint in signed {
            if checkpoint.size() <= *exported {
                continue;
            }
            for sink in &self.options.sinks {
                let done = crate::guard::mask(|| sink.export(checkpoint));
                if let Err(error) = done.unwrap_or_else(|_| Err(AuditError::new("the sink panicked"))) {
                    tracing::warn!(target: "secure_tool::ledger", %error, origin = self.origin, "a checkpoint could not be exported");
                }
            }
            *exported = checkpoint.size();
        }
    }

    fn sign_with(&self, signer: &mut Signer) -> Result<(), AuditError> {
        self.finish_segment(signer)?;
        let (tree, file, leaves) = {
            let mut log = self.lock()?;
            // A changed file is not signed.
            if let Some(failure @ (Failure::Changed | Failure::Sync(_))) = &log.failure {
                return Err(failure.error());
            }
            log.check_file()?;
            (log.tree.clone(), log.records.file(), std::mem::take(&mut log.leaves))
        };
        self.sync_file(&file)?;
        self.index(signer, &leaves);
        self.write_checkpoint(signer, &tree)
    }

    fn index(&self, signer: &mut Signer, leaves: &(u64, Vec<Hash>)) {
        if let Err(error) = signer.add_to_index(leaves) {
            tracing::warn!(target: "secure_tool::ledger", %error, origin = self.origin, "the index of the audit log has a gap");
        }
    }

    /// Signs the tree, whose records are synced.
    fn write_checkpoint(&self, signer: &mut Signer, tree: &Tree) -> Result<(), AuditError> {
        if signer.last.as_ref().is_some_and(|last| last.size() == tree.size()) {
            return Ok(());
        }
        let checkpoint = Checkpoint::sign(&self.options.key, &self.origin, tree.size(), tree.root());
        signer.checkpoints.append(checkpoint.note().as_bytes())?;
        signer.checkpoints.file().sync_data()?;
        {
            let mut log = self.lock()?;
            log.signed = checkpoint.size();
            log.unsigned_since = (log.tree.size() > log.signed).then(Instant::now);
            log.other_bytes += u64::try_from(checkpoint.note().len()).unwrap_or_default();
        }
        signer.to_export.push(checkpoint.clone());
        signer.last = Some(checkpoint);
        Ok(())
    }

    /// Begins a new segment, then closes the one before.
    pub(super) fn rotate(&self) -> Result<(), AuditError> {
        self.with_signer(|signer| self.rotate_with(signer))
    }

    fn rotate_with(&self, signer: &mut Signer) -> Result<(), AuditError> {
        self.finish_segment(signer)?;
        let event = Event::now(self.lock()?.deleted_below, LogEvent::Rotated);
        serialized(&event, |mut record| {
            let mut log = self.lock()?;
            log.check_file()?;
            let first = log.tree.size();
            if self.options.durability != Durability::Process {
                // A thread that waits for its record will only see the new file.
                log.records.file().sync_data()?;
            }
            let mut records = Appender::create(self.folder.file(Kind::Records, first))?;
            let line = record.number(first);
            if let Err(error) = records.append(line).and_then(|()| sync_folder(self.folder.path())) {
                fs::remove_file(records.path())?;
                return Err(error.into());
            }
            log.other_bytes += log.records.len();
            let subtrees = Subtrees { end: first, subtrees: log.tree.subtrees() };
            let leaves = std::mem::take(&mut log.leaves);
            let closed = std::mem::replace(&mut log.records, records);
            signer.closing =
                Some(Closing { records: closed.file(), tree: log.tree.clone(), subtrees, leaves, at: event.time });
            log.tree.begin_segment();
            log.append_leaf(line);
            log.begun = Instant::now();
            Ok(())
        })?;
        self.finish_segment(signer)
    }

    /// Signs the completed segment, and switches to the files of the next one.
    fn finish_segment(&self, signer: &mut Signer) -> Result<(), AuditError> {
        let Some(mut closing) = signer.closing.take() else { return Ok(()) };
        self.index(signer, &std::mem::take(&mut closing.leaves));
        let finished = self.finish(signer, &closing);
        if finished.is_err() {
            signer.closing = Some(closing);
        }
        finished
    }

    fn finish(&self, signer: &mut Signer, closing: &Closing) -> Result<(), AuditError> {
        self.sync_file(&closing.records)?;
        self.write_checkpoint(signer, &closing.tree)?;
        closing.subtrees.write(&self.folder, signer.first)?;
        let end = closing.subtrees.end;
        let next = Signer::open(&self.folder, end, 0)?;
        signer.closed.push_back(Closed { first: signer.first, end, at: closing.at });
        (signer.first, signer.checkpoints, signer.index) = (end, next.checkpoints, next.index);
        self.recompute_size(signer)
    }

    /// Recomputes the size of the log, and when the next segment expires.
    pub(super) fn recompute_size(&self, signer: &Signer) -> Result<(), AuditError> {
        let bytes = self.folder.bytes()?;
        let mut log = self.lock()?;
        let waiting = u64::try_from(log.leaves.1.len()).unwrap_or_default() * LEAF;
        log.other_bytes = (bytes + waiting).saturating_sub(log.records.len());
        log.expires = signer.closed.front().and_then(|oldest| Instant::now().checked_add(self.kept_for(oldest)?));
        Ok(())
    }

    /// Deletes expired segments, after the deletion has been recorded and signed.
    pub(super) fn expire(&self) -> Result<(), AuditError> {
        self.with_signer(|signer| self.expire_with(signer))
    }

    /// How much longer a closed segment is kept; `None` means forever.
    fn kept_for(&self, segment: &Closed) -> Option<Duration> {
        let age = (Utc::now() - segment.at).to_std().unwrap_or_default();
        Some(self.options.retain?.saturating_sub(age))
    }

    fn expire_with(&self, signer: &mut Signer) -> Result<(), AuditError> {
        let retain = self.options.retain.unwrap_or_default();
        let is_old = |segment: &&Closed| self.kept_for(segment).is_some_and(|time| time.is_zero());
        let Some(below) = signer.closed.iter().take_while(is_old).last().map(|segment| segment.end) else {
            return self.recompute_size(signer);
        };
        {
            let mut log = self.lock()?;
            if log.deleted_below < below {
                let before = std::mem::replace(&mut log.deleted_below, below);
                if let Err(error) = log.event(LogEvent::Deleted { retain_seconds: retain.as_secs() }) {
                    log.deleted_below = before;
                    return Err(error);
                }
            }
        }
        self.sign_with(signer)?;
        while let Some(segment) = signer.closed.front().filter(|segment| segment.end <= below) {
            for kind in [Kind::Records, Kind::Leaves] {
                match fs::remove_file(self.folder.file(kind, segment.first)) {
                    Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
                    _ => {}
                }
            }
            keep_last_checkpoint(&self.folder, segment.first)?;
            signer.closed.pop_front();
        }
        self.recompute_size(signer)
    }
}

#[derive(Clone, Copy, Debug)]
enum Work {
    Sign,
    Rotate,
    Expire,
}

impl Deref for Locked<'_> {
    type Target = Log;

    fn deref(&self) -> &Log {
        &self.log
    }
}

impl DerefMut for Locked<'_> {
    fn deref_mut(&mut self) -> &mut Log {
        &mut self.log
    }
}

impl Drop for Locked<'_> {
    fn drop(&mut self) {
        self.after.wake =
            mem::take(&mut self.log.wake) || self.log.records.len() >= self.after.shared.options.segment_bytes;
        self.after.news = self.log.news.take();
    }
}

impl Drop for After<'_> {
    fn drop(&mut self) {
        if self.wake {
            self.shared.wake.notify_one();
        }
        if let Some(news) = self.news.take() {
            news.log();
        }
    }
}
