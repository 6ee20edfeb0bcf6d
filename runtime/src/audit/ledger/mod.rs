//! An audit log that is evidence: a Merkle tree over its lines, with signed checkpoints (feature `ledger`).
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
//! Make the key with [`command`], which also verifies logs, proves single records and checks such proofs. An application offers it in one line.
//!
//! # What it proves, and what it does not
//!
//! - A record is in the file (one `write(2)`) before [`record`](crate::AuditSink::record) returns, so `kill -9` loses none that was acknowledged. A
//!   power failure may cost the records of about a second; [`Durability`](crate::Durability) says which of them wait for the storage device.
//! - A checkpoint says how many records there are and what the root of the tree over them is. With one, and the public key, a verifier finds every later change of
//!   these records: of a byte, a deletion, an insertion, a swap, a truncation.
//! - **The tail after the last checkpoint is not signed.** An attacker who can write to the file can change it unnoticed. The tail is about a second long
//!   while the process runs; when it is killed, the next one takes the tail over as it finds it, signs it, and the log says how many records that were.
//! - **Anybody with the files and the signing key can write another log**, also an older state of it. Only a checkpoint that was
//!   [exported](CheckpointSink) to where they cannot change it shows that. Without one, a log that was deleted as a whole is not missed either.
//! - It proves that records were not changed, not that they were true when they were written.
//!
//! # Processes, files, retention
//!
//! A directory holds logs. Each process has one of its own, so that no record waits for another process: opening a directory continues the first log
//! that no other process has open (an advisory lock on the file `lock` tells), and begins a new one if there is none. The tree goes on over restarts.
//! The directory must be on a file system with working locks; network file systems often have none.
//!
//! On opening, the current file is read as a whole and compared with its checkpoints, and of closed files that they are there with their first and last record. Records that
//! were signed and are missing or others [refuse to start](OpenError). The end of a line that was not written to its end is cut off, and the log says so.
//!
//! A new file begins after 64 MiB or 24 hours ([`rotate`](LedgerOptions::rotate)); the tree goes on. With [`retain`](LedgerOptions::retain), files whose newest
//! record is older are deleted: whole ones, and only after the log has said so and that was signed. The last checkpoint
//! and the hashes of the subtrees stay, so the rest of the log can be verified as before. A log that no process has open is left alone until one continues it. With
//! [`max_bytes`](LedgerOptions::max_bytes) a log that is full refuses calls rather than deleting what is to be kept.
//!
//! While records cannot be written or signed (no room, no permission, a current file that was removed, renamed or written to by somebody else), [`ready`](crate::AuditSink::ready)
//! fails, so that calls are refused ([`AuditFailure`](crate::AuditFailure)). So it does when a record waits for its checkpoint ten times as long as it should and 10 seconds more,
//! as when a [sink](CheckpointSink) does not return. Each call tries again, and the log says how many records were refused meanwhile. Two failures
//! need a restart, because only reading the files again tells what is in them: a sync that failed, and a file that somebody else wrote to.
//!
//! # The format
//!
//! Each log is a folder with an id of 16 hexadecimal digits. Numbers in the names of files are those of the first record in them, with 20 digits.
//!
//! | file | holds |
//! |---|---|
//! | `N.jsonl` | the records, one a line ([JSON Lines](https://jsonlines.org)) |
//! | `N.checkpoints` | the checkpoints for these records, one after the other, five lines each. Of a file whose records were deleted the last one is left, for its end |
//! | `N.subtrees` | once no more records come: a line `N END`, then a line `LEVEL HASH` for each of the largest perfect subtrees, from left to right, that have these records and no others. They are not signed; the root that they lead to is |
//! | `N.leaves` | an index: the hash of each record, 32 bytes each. It is no evidence and may be missing or have gaps (zeros); where a root does not fit it tells which record was changed |
//! | `lock` | nothing; it is locked while a process has the log open |
//!
//! A line is the record's JSON object with `"seq":NUMBER` as its first member. Records are numbered from 0, without a gap, across files. The log's own events are lines with
//! `"kind":"ledger"`: `opened` (with how many records were not signed), `cut`, `rotated`, `resumed` (with how many records were refused), `deleted`, `closed`. Each
//! has `deleted_below`: files that end at or below this number may be missing, if that line is signed and was not among the records that an `opened` says were not:
//! anybody who could write to the file could have written that. The process that goes on says it again where it is true.
//!
//! The tree is that of [RFC 6962](https://www.rfc-editor.org/rfc/rfc6962#section-2.1) with SHA-256. The hash of record *n* is SHA-256(0x00 ‖ line *n* without its newline), of
//! an inner node SHA-256(0x01 ‖ left ‖ right). It is not stored in the line.
//!
//! A checkpoint is a [C2SP tlog-checkpoint](https://c2sp.org/tlog-checkpoint) in a [signed note](https://c2sp.org/signed-note) with one Ed25519 signature: origin, size, root in base64, an
//! empty line, the signature line. The origin is the key's name, `/`, and the log's id; the name in the signature line is the key's, so that one public key verifies every
//! log that was signed with it. Keys have the form of signed notes (`name+id+base64`, `PRIVATE+KEY+name+id+base64`).
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

/// How long the end of a ledger waits for its thread, which may wait for a sink.
const LAST_WORDS: Duration = Duration::from_secs(10);

/// An audit log that is evidence: see the [module](self).
///
/// When it is dropped it signs what was recorded and exports that. It waits for its [sinks](CheckpointSink) for at most 10 seconds.
pub struct Ledger {
    shared: Arc<Shared>,
    thread: Option<thread::JoinHandle<()>>,
    /// Nothing comes from there; it ends with the thread.
    ended: Mutex<Receiver<()>>,
}

impl Ledger {
    /// Opens a directory of logs, which is made if it is not there: continues the first one in it that no other process has open, or begins one.
    ///
    /// What is there is checked first. A last line that was not written to its end is cut off, and the log says so. It reads the current file as a
    /// whole, and of the closed ones that they are there. What the last process left without a signature is signed and exported before this returns: it
    /// waits for the [sinks](CheckpointSink), for as long as they take.
    ///
    /// # Errors
    ///
    /// If the log is not what was signed: records that were signed are missing, or others are in their place. If the directory or a file cannot be
    /// used.
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

    /// Signs now what was recorded, and returns the newest checkpoint. For a program that ends with `std::process::exit`; otherwise dropping the
    /// ledger does the same. It waits for the disk and for the [sinks](CheckpointSink), for as long as they take: where one has no limit of its own, call
    /// this on a thread that may hang.
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
        if ended.recv_timeout(LAST_WORDS) == Err(RecvTimeoutError::Disconnected) {
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
