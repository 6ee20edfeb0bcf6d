//! Exports checkpoints to a place that nobody who can change the log can write to.

use std::{
    fmt,
    fs::{File, OpenOptions},
    io::{self, Write},
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use super::{super::AuditError, Checkpoint};

/// Exports checkpoints to a place that nobody with the log and its key can change.
///
/// **A log without one proves little**: anybody with the files and the signing key can write another log and sign it. What was exported cannot be taken
/// back, and [`verify`](super::verify) compares the log with it.
///
/// | sink | takes checkpoints to |
/// |---|---|
/// | [`LogCheckpoints`] | the application's log (`tracing`, target `secure_tool::ledger`), from where a collector takes them elsewhere |
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
    /// Takes one checkpoint. It runs on the ledger's own thread, one after the other, and that thread signs no other checkpoint meanwhile: an
    /// implementation limits how long it waits. If it does not return, calls are refused before long, as their records are not signed. A panic is
    /// taken for an error. [`Ledger::open`](super::Ledger::open) and [`Ledger::checkpoint`](super::Ledger::checkpoint) wait for it as well, and know no limit;
    /// dropping a ledger gives up after 10 seconds.
    ///
    /// # Errors
    ///
    /// If the checkpoint did not get there. That is a warning in the application's log; the next checkpoint covers all that this one did.
    fn export(&self, checkpoint: &Checkpoint) -> Result<(), AuditError>;
}

impl<T: CheckpointSink + ?Sized> CheckpointSink for Arc<T> {
    fn export(&self, checkpoint: &Checkpoint) -> Result<(), AuditError> {
        (**self).export(checkpoint)
    }
}

/// Makes each checkpoint an event of the application's log: level `INFO`, target `secure_tool::ledger`, with the whole signed note.
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
    /// Appends to a file, which is made if it is not there.
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
