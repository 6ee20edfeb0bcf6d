//! Exports checkpoints to a place that is protected from anyone who can change the log.

use std::{
    fmt,
    fs::{File, OpenOptions},
    io::{self, Write},
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use super::{super::AuditError, Checkpoint};

/// Exports checkpoints to a place that is protected from anyone who has access to the log and its key.
///
/// **A log without an export proves little**: anyone with the files and the signing key can write another log and sign it. An exported checkpoint
/// cannot be withdrawn, and [`verify`](super::verify) compares the log with it.
///
/// | sink | exports checkpoints to |
/// |---|---|
/// | [`LogCheckpoints`] | the application's log (`tracing`, target `secure_tool::ledger`), from where a collector can move them elsewhere |
/// | [`CheckpointFile`] | a file, which should be on another file system or machine |
/// | `CheckpointWebhook` (feature `webhook`) | a server, by HTTP POST |
///
/// Your own, such as one that posts them without TLS within a network:
///
/// ```
/// use std::{io::{self, Read, Write}, net::{TcpStream, ToSocketAddrs}, time::Duration};
/// use secure_tool::{AuditError, ledger::{Checkpoint, CheckpointSink}};
///
/// /// Posts checkpoints to a collector in the same network.
/// struct Post { host: String }
///
/// impl CheckpointSink for Post {
///     fn export(&self, checkpoint: &Checkpoint) -> Result<(), AuditError> {
///         let limit = Duration::from_secs(2); // the ledger waits for it, so everything has a limit
///         let address = self.host.to_socket_addrs()?.next().ok_or_else(|| AuditError::new("no address"))?;
///         let mut stream = TcpStream::connect_timeout(&address, limit)?;
///         stream.set_write_timeout(Some(limit))?;
///         stream.set_read_timeout(Some(limit))?;
///         let (host, note) = (&self.host, checkpoint.note());
///         write!(stream, "POST /checkpoints HTTP/1.1\r\nHost: {host}\r\nContent-Type: text/plain; charset=utf-8\r\n\
///             Content-Length: {}\r\nConnection: close\r\n\r\n{note}", note.len())?;
///         let mut status = [0; 12];
///         stream.read_exact(&mut status)?;
///         if status.starts_with(b"HTTP/1.1 2") { Ok(()) } else { Err(AuditError::new("the collector refused it")) }
///     }
/// }
/// ```
pub trait CheckpointSink: Send + Sync + 'static {
    /// Exports one checkpoint. It runs on the ledger's thread, which signs no other checkpoint in the meantime, so an implementation must limit how
    /// long it waits. If it does not return, calls are soon refused, because their records are not signed. A panic counts as an error.
    /// [`Ledger::open`](super::Ledger::open) and [`Ledger::checkpoint`](super::Ledger::checkpoint) also wait for it, without a limit; dropping a
    /// ledger gives up after 10 seconds.
    ///
    /// # Errors
    ///
    /// If the checkpoint was not exported. That is logged as a warning in the application's log; the next checkpoint covers everything that this one
    /// did.
    fn export(&self, checkpoint: &Checkpoint) -> Result<(), AuditError>;
}

impl<T: CheckpointSink + ?Sized> CheckpointSink for Arc<T> {
    fn export(&self, checkpoint: &Checkpoint) -> Result<(), AuditError> {
        (**self).export(checkpoint)
    }
}

/// Logs each checkpoint in the application's log: level `INFO`, target `secure_tool::ledger`, with the whole signed note.
#[derive(Clone, Copy, Debug, Default)]
pub struct LogCheckpoints;

impl CheckpointSink for LogCheckpoints {
    fn export(&self, checkpoint: &Checkpoint) -> Result<(), AuditError> {
        let (origin, size, note) = (checkpoint.origin(), checkpoint.size(), checkpoint.note());
        tracing::info!(target: "secure_tool::ledger", origin, size, note, "the audit log was signed");
        Ok(())
    }
}

/// Appends checkpoints to a file, and syncs it. Several processes may share one.
pub struct CheckpointFile(Mutex<File>);

impl CheckpointFile {
    /// Appends to a file, which is created if it does not exist.
    ///
    /// # Errors
    ///
    /// If the file cannot be opened for appending.
    pub fn append(path: impl AsRef<Path>) -> io::Result<Self> {
        Ok(Self(Mutex::new(OpenOptions::new().create(true).append(true).open(path)?)))
    }
}

impl CheckpointSink for CheckpointFile {
    fn export(&self, checkpoint: &Checkpoint) -> Result<(), AuditError> {
        let mut file = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        file.write_all(checkpoint.note().as_bytes())?;
        Ok(file.sync_data()?)
    }
}

impl fmt::Debug for CheckpointFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CheckpointFile")
    }
}
