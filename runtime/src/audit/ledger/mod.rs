//! LEDGERDOC

mod append;
mod checkpoint;
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

use std::{fmt, path::Path, sync::Arc, thread};

pub use checkpoint::{Checkpoint, CheckpointError};
pub use command::{CommandError, USAGE, command};
pub use export::{CheckpointFile, CheckpointSink, LogCheckpoints};
pub use key::{KeyError, SigningKey, VerifyingKey};
pub use open::OpenError;
pub use options::{LedgerOptions, PowerLoss};
pub use prove::{CheckError, Proof, ProveError, check, prove};
use serde::Serialize;
pub use tree::Hash;
pub use verify::{ExpectedHead, Finding, Problem, Report, verify};

use self::{line::What, signer::Shared};
use super::{AuditError, AuditRecord, AuditSink, FailedLogins};

/// An audit log that is evidence: see the [module](self).
pub struct Ledger {
    shared: Arc<Shared>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Ledger {
    /// Opens a directory of logs, which is made if it is not there: continues the first one in it that no other process has open, or begins one.
    ///
    /// What is there is checked first. A last line that was not written to its end is cut off, and the log says so. It reads the current file as a
    /// whole, and of the closed ones that they are there.
    ///
    /// # Errors
    ///
    /// If the log is not what was signed: records that were signed are missing, or others are in their place. If the directory or a file cannot be
    /// used.
    pub fn open(directory: impl AsRef<Path>, options: LedgerOptions) -> Result<Self, OpenError> {
        let directory = directory.as_ref();
        let shared = open::open(directory, options)?;
        let signer = Arc::clone(&shared);
        let thread = thread::Builder::new().name("audit-ledger".into()).spawn(move || signer.run());
        let thread = thread.map_err(|error| OpenError::Io { path: directory.into(), error })?;
        Ok(Self { shared, thread: Some(thread) })
    }

    /// The origin of this log in its checkpoints: the name of the key, `/`, and the id of the log, which is the name of its folder.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.shared.origin
    }

    /// Signs now what was recorded, and returns the newest checkpoint. For a program that ends with `std::process::exit`; otherwise dropping the
    /// ledger does the same. It waits for the disk and for the [sinks](CheckpointSink).
    ///
    /// # Errors
    ///
    /// If the records cannot be synced, or the checkpoint cannot be written.
    pub fn checkpoint(&self) -> Result<Checkpoint, AuditError> {
        self.shared.sign()?.ok_or_else(|| AuditError::new("nothing was signed yet"))
    }

    fn write(&self, record: &impl Serialize) -> Result<(), AuditError> {
        let seq = line::serialized(record, |record| {
            let mut log = self.shared.lock()?;
            let seq = log.record(record)?;
            let wake = self.shared.has_work(&log);
            drop(log);
            if wake {
                self.shared.wake.notify_one();
            }
            Ok(seq)
        })?;
        if self.shared.options.power_loss == PowerLoss::LosesNothing { self.shared.sync(seq) } else { Ok(()) }
    }
}

impl AuditSink for Ledger {
    fn ready(&self) -> Result<(), AuditError> {
        self.shared.lock()?.ready()
    }

    fn record(&self, record: AuditRecord) -> Result<(), AuditError> {
        self.write(&record)
    }

    fn record_failed_logins(&self, event: FailedLogins) -> Result<(), AuditError> {
        self.write(&event)
    }
}

impl Drop for Ledger {
    fn drop(&mut self) {
        if let Ok(mut log) = self.shared.lock() {
            log.closing = true;
        }
        self.shared.wake.notify_all();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
        let closed = || {
            self.shared.lock()?.event(What::Closed)?;
            self.shared.sign()
        };
        if let Err(error) = closed() {
            tracing::error!(target: "secure_tool::ledger", %error, origin = self.origin(), "the end of the audit log is not signed");
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
