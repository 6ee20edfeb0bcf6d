//! What happens beside the calls: syncing, signing, beginning new segments and deleting old ones.

use std::{
    collections::VecDeque,
    fs::{self, File, OpenOptions},
    io::{self, Seek, SeekFrom, Write},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use chrono::{DateTime, Utc};

use super::{
    super::{AuditError, Durability},
    Checkpoint,
    append::{Appender, sync_folder},
    layout::{Folder, Kind},
    line::{Event, What, serialized},
    log::{Failure, LEAF, Log},
    options::LedgerOptions,
    segment::{Subtrees, keep_last_checkpoint},
    tree::{Hash, Tree},
};

/// After a failure it is not tried again earlier.
const RETRY: Duration = Duration::from_secs(1);

/// A ledger that is open.
pub(super) struct Shared {
    pub(super) log: Mutex<Log>,
    /// There is something to sign, a new segment to begin, or the end.
    pub(super) wake: Condvar,
    /// Taken before `log` by whoever takes both.
    pub(super) signer: Mutex<Signer>,
    /// How many records are on the disk: only where some wait for that.
    synced: Mutex<u64>,
    pub(super) folder: Folder,
    pub(super) origin: String,
    pub(super) options: LedgerOptions,
    /// Held while the log is open.
    pub(super) _lock: File,
}

/// The files beside the records, which only one thread at a time writes.
pub(super) struct Signer {
    /// The first record of the segment that the files belong to.
    pub(super) first: u64,
    pub(super) checkpoints: Appender,
    pub(super) index: File,
    /// The segments before, oldest first, as far as their records are there.
    pub(super) closed: VecDeque<Closed>,
    /// A segment that has got its last record and is not signed yet.
    closing: Option<Closing>,
    pub(super) last: Option<Checkpoint>,
}

/// A segment that gets no more records.
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
            last: None,
        })
    }

    /// Adds hashes of records to the index. It is a convenience of the verifier; without it a change is found just as well.
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
        let (log, signer, synced) = (Mutex::new(log), Mutex::new(signer), Mutex::new(0));
        Self { log, wake: Condvar::new(), signer, synced, folder, origin, options, _lock: lock }
    }

    /// The log, for a call: not after a panic in the middle of a record.
    pub(super) fn lock(&self) -> Result<MutexGuard<'_, Log>, AuditError> {
        self.log.lock().map_err(|_| AuditError::new("a writer of the audit log panicked"))
    }

    /// Waits until a record is on the disk. Those that wait meanwhile are covered by the next sync, together.
    pub(super) fn sync(&self, seq: u64) -> Result<(), AuditError> {
        let mut synced = self.synced.lock().unwrap_or_else(PoisonError::into_inner);
        if *synced > seq {
            return Ok(());
        }
        let (size, file) = {
            let log = self.lock()?;
            (log.tree.size(), log.records.file())
        };
        self.sync_file(&file)?;
        *synced = size;
        Ok(())
    }

    /// How many records are on the disk because somebody waited for that.
    #[cfg(test)]
    pub(super) fn synced(&self) -> u64 {
        *self.synced.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn sync_file(&self, file: &File) -> Result<(), AuditError> {
        file.sync_data().or_else(|error| Err(self.lock()?.fail(Failure::Sync(error.to_string()))))
    }

    /// Whether the thread has something to do now. Asked after every record.
    pub(super) fn has_work(&self, log: &Log) -> bool {
        let unsigned = log.tree.size() - log.signed;
        unsigned == 1 || unsigned == self.options.every_records || log.records.len() >= self.options.segment_bytes
    }

    /// The thread of the ledger.
    pub(super) fn run(&self) {
        let mut not_before = Instant::now();
        loop {
            let Ok(mut log) = self.lock() else { return };
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
                // With more than one record, of which the first one woke it, it sleeps until something is due.
                let Ok((woken, _)) = self.wake.wait_timeout(log, due - now) else { return };
                log = woken;
            };
            drop(log);
            let done = match work {
                Work::Sign => self.sign().map(drop),
                Work::Rotate => self.rotate().and_then(|()| self.expire()),
            };
            if let Err(error) = done {
                tracing::warn!(target: "secure_tool::ledger", %error, "the audit log could not be signed");
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
        if rotate <= sign { (Work::Rotate, rotate) } else { (Work::Sign, sign) }
    }

    /// Syncs what was written, then signs it. The last checkpoint, if there is nothing new.
    pub(super) fn sign(&self) -> Result<Option<Checkpoint>, AuditError> {
        let mut signer = self.signer.lock().unwrap_or_else(PoisonError::into_inner);
        let done = self.sign_with(&mut signer);
        self.lock()?.unsigned = done.as_ref().err().map(ToString::to_string);
        done?;
        Ok(signer.last.clone())
    }

    fn sign_with(&self, signer: &mut Signer) -> Result<(), AuditError> {
        self.finish_segment(signer)?;
        let (tree, file, leaves) = {
            let mut log = self.lock()?;
            // What is not as it was written is not signed.
            if let Some(failure @ (Failure::Changed | Failure::Sync(_))) = &log.failure {
                return Err(failure.error());
            }
            log.look()?;
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
        for sink in &self.options.sinks {
            if let Err(error) = sink.export(&checkpoint) {
                tracing::warn!(target: "secure_tool::ledger", %error, origin = self.origin, "a checkpoint was not exported");
            }
        }
        signer.last = Some(checkpoint);
        Ok(())
    }

    /// Begins a new segment, then closes the one before.
    pub(super) fn rotate(&self) -> Result<(), AuditError> {
        let mut signer = self.signer.lock().unwrap_or_else(PoisonError::into_inner);
        self.finish_segment(&mut signer)?;
        let event = Event::now(self.lock()?.deleted_below, What::Rotated);
        serialized(&event, |mut record| {
            let mut log = self.lock()?;
            log.look()?;
            let first = log.tree.size();
            if self.options.durability != Durability::Process {
                // Whoever waits for its record finds only the new file.
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
        self.finish_segment(&mut signer)
    }

    /// Signs the segment that got its last record, and goes on to the files of the next one.
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
        self.count_bytes()
    }

    /// Counts anew how large the log is.
    pub(super) fn count_bytes(&self) -> Result<(), AuditError> {
        let bytes = self.folder.bytes()?;
        let mut log = self.lock()?;
        let waiting = u64::try_from(log.leaves.1.len()).unwrap_or_default() * LEAF;
        log.other_bytes = (bytes + waiting).saturating_sub(log.records.len());
        Ok(())
    }

    /// Deletes segments that are older than they have to be: first the log says so and that is signed, then they go.
    pub(super) fn expire(&self) -> Result<(), AuditError> {
        let Some(retain) = self.options.retain else { return Ok(()) };
        let now = Utc::now();
        let mut signer = self.signer.lock().unwrap_or_else(PoisonError::into_inner);
        let is_old = |segment: &&Closed| (now - segment.at).to_std().is_ok_and(|age| age > retain);
        let count = signer.closed.iter().take_while(is_old).count();
        let Some(below) = signer.closed.iter().take(count).next_back().map(|segment| segment.end) else {
            return Ok(());
        };
        {
            let mut log = self.lock()?;
            if log.deleted_below < below {
                let before = std::mem::replace(&mut log.deleted_below, below);
                if let Err(error) = log.event(What::Deleted { retain_seconds: retain.as_secs() }) {
                    log.deleted_below = before;
                    return Err(error);
                }
            }
        }
        self.sign_with(&mut signer)?;
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
        self.count_bytes()
    }
}

#[derive(Clone, Copy, Debug)]
enum Work {
    Sign,
    Rotate,
}
