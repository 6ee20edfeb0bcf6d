//! A tamper-evident audit log: a Merkle tree over its lines, with signed checkpoints (feature `ledger`).
//!
//! ```no_run
//! use std::time::Duration;
//! use secure_tool::ledger::{CheckpointFile, Ledger, LedgerOptions, LogCheckpoints, SigningKey};
//!
//! # fn open() -> Result<Ledger, Box<dyn std::error::Error>> {
//! let day = Duration::from_secs(24 * 60 * 60);
//! let options = LedgerOptions::new(SigningKey::from_file("/etc/billing/ledger.key")?)
//!     .export(LogCheckpoints)
//!     .export(CheckpointFile::append("/mnt/elsewhere/checkpoints")?)
//!     .retain(90 * day)
//!     .max_bytes(10 << 30);
//! let ledger = Ledger::open("/var/log/billing", options)?;
//! // SecureServer::builder(state).audit(ledger) …
//! # Ok(ledger)
//! # }
//! ```
//!
//! Generate the key with [`command`], which also verifies logs, proves single records and checks such proofs. An application can offer it as a
//! subcommand.
//!
//! # What it proves, and what it does not
//!
//! - A record is in the file (one `write(2)`) before [`record`](crate::AuditSink::record) returns, so `kill -9` loses no acknowledged record. A power
//!   failure may lose the records of about a second; [`Durability`](crate::Durability) determines which records wait for the storage device.
//! - A checkpoint states the number of records and the root of the tree over them. With a checkpoint and the public key, a verifier detects every
//!   later change of these records: a changed byte, a deletion, an insertion, a swap, a truncation.
//! - **The tail after the last checkpoint is not signed.** An attacker who can write to the file can change the tail unnoticed. It is about a second
//!   long while the process runs; if the process is killed, the next one takes over the tail as it is, signs it, and records how many records it
//!   contained.
//! - **Anyone with the files and the signing key can write another log**, or restore an older state of it. Only a checkpoint that was
//!   [exported](CheckpointSink) to a place that they cannot change reveals that. Without one, the deletion of a whole log is not detected either.
//! - It proves that records were not changed, not that they were correct when they were written.
//!
//! # Processes, files, retention
//!
//! A directory holds several logs. Each process has its own, so that no record waits for another process: opening a directory continues the first log
//! that no other process has open (according to an advisory lock on the file `lock`), and begins a new one if there is none. The tree continues
//! across restarts. The directory must be on a file system with working locks, which many network file systems do not have.
//!
//! When a log is opened, the current file is read completely and compared with its checkpoints; of closed files, only the presence of their first and
//! last record is checked. If signed records are missing or changed, [opening fails](OpenError). An incomplete line at the end is truncated, which
//! the log records.
//!
//! A new file begins after 64 MiB or 24 hours ([`rotate`](LedgerOptions::rotate)); the tree continues. With [`retain`](LedgerOptions::retain), whole
//! files whose newest record is older are deleted, but only after the log has recorded and signed the deletion. The last checkpoint and the hashes of
//! the subtrees are kept, so the rest of the log can be verified as before. A log that no process has open is not changed until a process continues
//! it. With [`max_bytes`](LedgerOptions::max_bytes), a full log refuses calls rather than deleting records that must be kept.
//!
//! While records cannot be written or signed (no room, no permission, a current file that was removed, renamed or written to by somebody else),
//! [`ready`](crate::AuditSink::ready) fails, so that calls are refused ([`AuditFailure`](crate::AuditFailure)). It also fails when a record has
//! waited for its checkpoint ten times as long as intended plus 10 seconds, for example because a [sink](CheckpointSink) does not return. Each call
//! retries, and the log records how many records were refused in the meantime. Two failures require a restart, because the files have to be read
//! again to find out what they contain: a failed sync, and a file that another process wrote to.
//!
//! # The format
//!
//! Each log is a folder with an id of 16 hexadecimal digits. Numbers in the names of files are those of the first record in them, with 20 digits.
//!
//! | file | holds |
//! |---|---|
//! | `N.jsonl` | the records, one a line ([JSON Lines](https://jsonlines.org)) |
//! | `N.checkpoints` | the checkpoints for these records, one after the other, five lines each. If the records of a file were deleted, only the last checkpoint remains |
//! | `N.subtrees` | for a closed file: a line `N END`, then a line `LEVEL HASH` for each of the largest perfect subtrees, from left to right, that contain exactly these records. They are not signed, but the root that they lead to is |
//! | `N.leaves` | an index: the hash of each record, 32 bytes each. It is not evidence and may be missing or have gaps (zeros); if a root does not match, it shows which record was changed |
//! | `lock` | nothing; it is locked while a process has the log open |
//!
//! A line is the record's JSON object with `"seq":NUMBER` as its first member. Records are numbered from 0, without a gap, across files. The log's
//! own events are lines with `"kind":"ledger"`: `opened` (with how many records were not signed), `cut`, `rotated`, `resumed` (with how many records
//! were refused), `deleted`, `closed`. Each has `deleted_below`: files that end at or below this number may be missing, provided that the line is
//! signed and was not among the records that a later `opened` reports as unsigned, because anyone who could write to the file could have added it.
//! The process that continues the log repeats the value if it is correct.
//!
//! The tree is that of [RFC 6962](https://www.rfc-editor.org/rfc/rfc6962#section-2.1) with SHA-256. The hash of record *n* is SHA-256(0x00 ‖ line *n* without its newline), of
//! an inner node SHA-256(0x01 ‖ left ‖ right). It is not stored in the line.
//!
//! A checkpoint is a [C2SP tlog-checkpoint](https://c2sp.org/tlog-checkpoint) in a [signed note](https://c2sp.org/signed-note) with one Ed25519
//! signature: origin, size, root in base64, an empty line, the signature line. The origin is the name of the key, `/`, and the id of the log; the
//! name in the signature line is that of the key, so that one public key verifies every log that was signed with it. Keys have the form of signed
//! notes (`name+id+base64`, `PRIVATE+KEY+name+id+base64`).
//!
//! [`prove`] writes the record's line, a newline, and a [C2SP tlog-proof](https://c2sp.org/tlog-proof).

mod append;
mod checkpoint;
mod claims;
mod command;
mod export;
mod key;
mod layout;
mod line;
mod log;
mod open;
mod options;
mod prove;
mod segment;
mod signer;
mod tree;
mod verify;
#[cfg(feature = "webhook")]
mod webhook;

use std::{
    fmt,
    path::Path,
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{Receiver, RecvTimeoutError, channel},
    },
    thread,
    time::Duration,
};

pub use checkpoint::{Checkpoint, CheckpointError};
pub use command::{CommandError, USAGE, command};
pub use export::{CheckpointFile, CheckpointSink, LogCheckpoints};
pub use key::{KeyError, SigningKey, VerifyingKey};
pub use open::OpenError;
pub use options::LedgerOptions;
pub use prove::{CheckError, Proof, ProveError, check, prove};
use serde::Serialize;
pub use tree::Hash;
pub use verify::{ExpectedHead, Finding, Problem, Report, verify};
#[cfg(feature = "webhook")]
pub use webhook::CheckpointWebhook;

use self::signer::Shared;
use super::{AuditError, AuditRecord, AuditSink, Durability, FailedLogins, Phase, RefusalBurst};

/// How long dropping a ledger waits for its thread, which may wait for a sink.
const DROP_TIMEOUT: Duration = Duration::from_secs(10);

/// A tamper-evident audit log: see the [module](self).
///
/// When it is dropped, it signs and exports the remaining records. It waits for its [sinks](CheckpointSink) for at most 10 seconds.
pub struct Ledger {
    shared: Arc<Shared>,
    thread: Option<thread::JoinHandle<()>>,
    /// Nothing is sent through it; it is disconnected when the thread ends.
    ended: Mutex<Receiver<()>>,
}

impl Ledger {
    /// Opens a directory of logs, which is created if it does not exist: continues the first log that no other process has open, or begins a new one.
    ///
    /// It checks the existing log first: it reads the current file completely, and checks that the closed ones exist. An incomplete last line is
    /// truncated, which the log records. Records that the last process left unsigned are signed and exported before this returns: it waits for the
    /// [sinks](CheckpointSink), however long they take.
    ///
    /// # Errors
    ///
    /// If the log does not match its signatures, because signed records are missing or changed; or if the directory or a file cannot be used.
    pub fn open(directory: impl AsRef<Path>, options: LedgerOptions) -> Result<Self, OpenError> {
        let directory = directory.as_ref();
        let shared = open::open(directory, options)?;
        let signer = Arc::clone(&shared);
        let (end, ended) = channel();
        let thread = thread::Builder::new().name("audit-ledger".into()).spawn(move || {
            signer.run();
            drop(end);
        });
        let thread = thread.map_err(|error| OpenError::Io { path: directory.into(), error })?;
        Ok(Self { shared, thread: Some(thread), ended: Mutex::new(ended) })
    }

    /// The origin of this log in its checkpoints: the name of the key, `/`, and the id of the log, which is the name of its folder.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.shared.origin
    }

    /// Signs all records now, and returns the newest checkpoint. Call it in a program that ends with `std::process::exit`; otherwise dropping the
    /// ledger does the same. It waits for the disk and for the [sinks](CheckpointSink), however long they take: if a sink has no time limit, call
    /// this on a thread that may block.
    ///
    /// # Errors
    ///
    /// If the records cannot be synced, or the checkpoint cannot be written.
    pub fn checkpoint(&self) -> Result<Checkpoint, AuditError> {
        self.shared.sign()?.ok_or_else(|| AuditError::new("nothing has been signed yet"))
    }

    fn write(&self, record: &impl Serialize, is_intent: bool) -> Result<(), AuditError> {
        let seq = line::serialized(record, |record| self.shared.lock()?.record(record))?;
        match self.shared.options.durability {
            Durability::Lines => self.shared.sync(seq),
            Durability::Intents if is_intent => self.shared.sync(seq),
            Durability::Intents | Durability::Process => Ok(()),
        }
    }
}

impl AuditSink for Ledger {
    fn ready(&self) -> Result<(), AuditError> {
        self.shared.lock()?.ready()
    }

    fn record(&self, record: AuditRecord) -> Result<(), AuditError> {
        self.write(&record, record.phase == Phase::Intent)
    }

    fn record_failed_logins(&self, event: FailedLogins) -> Result<(), AuditError> {
        self.write(&event, false)
    }

    fn record_refusals(&self, event: RefusalBurst) -> Result<(), AuditError> {
        self.write(&event, false)
    }
}

impl Drop for Ledger {
    fn drop(&mut self) {
        if let Ok(mut log) = self.shared.lock() {
            log.closing = true;
        }
        self.shared.wake.notify_all();
        let ended = self.ended.get_mut().unwrap_or_else(PoisonError::into_inner);
        if ended.recv_timeout(DROP_TIMEOUT) == Err(RecvTimeoutError::Disconnected) {
            if let Some(thread) = self.thread.take() {
                let _ = thread.join();
            }
            return;
        }
        tracing::error!(target: "secure_tool::ledger", origin = self.origin(), "the thread of the audit log does not respond: it is blocked in a sink or by the disk");
        if let Err(error) = self.shared.close_without_thread() {
            tracing::error!(target: "secure_tool::ledger", %error, origin = self.origin(), "the end of the audit log could not be signed");
        }
    }
}

impl fmt::Debug for Ledger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ledger").field("origin", &self.origin()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
