//! Records as JSON Lines.

use std::{
    fmt,
    io::{self, Write},
    path::Path,
    sync::{Mutex, MutexGuard},
};

use serde::Serialize;

use super::{AuditError, AuditRecord, AuditSink, FailedLogins, Phase, RefusalBurst, log_file::LogFile};

/// Writes each record, and each event of [failed logins](FailedLogins) or [refusals](RefusalBurst), to a file as one line of JSON ([JSON
/// Lines](https://jsonlines.org)), before the answer leaves. A call that is not in the file got no answer, and while the file could not be written,
/// no body ran.
///
/// Writing blocks on the file. A pipe whose reader has stopped would block the server: use [`StderrSink`](crate::StderrSink) there.
///
/// After a failed write the sink reports that it is not ready until a write succeeds, and then starts on a new line.
///
/// # Rotation
///
/// The sink checks whether the file is still the one at its path (on Unix, by its device and inode): before every [intent](Phase::Intent), and before
/// any other line if the last check was more than 100 ms ago. If the file was renamed, the sink opens the file that is now at the path, or creates a
/// new one; lines that are written in the meantime are in the renamed file. The same happens if the file was removed, but then its content is lost,
/// including the lines of those 100 ms, except intents. The server does not need a signal, and there is no need to copy and truncate the file.
///
/// # Durability
///
/// A call continues when its line has been handed to the operating system: the line survives the end of the process, however it ends, but not a power
/// failure. For that, see [`Durability`].
pub struct JsonLines {
    out: Mutex<Out>,
    durability: Durability,
}

/// What the lines of a [`JsonLines`] file or a `ledger::Ledger` survive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Durability {
    /// The end of the process, even by `kill -9`.
    #[default]
    Process,
    /// The same; in addition every [intent](Phase::Intent) survives a power failure: the body of a tool that may write starts when its intent is on
    /// the storage device (`fdatasync`), which takes milliseconds on many devices. All lines that were written before it are there too.
    Intents,
    /// A power failure, for every line. Every call waits for the storage device, even those that only read.
    Lines,
}

struct Out {
    to: Target,
    line: Vec<u8>,
    /// A write failed, possibly in the middle of a line.
    broken: bool,
}

enum Target {
    File(LogFile),
    Writer(Box<dyn Write + Send>),
}

impl Target {
    fn write(&mut self, line: &[u8], is_intent: bool) -> io::Result<()> {
        match self {
            Self::File(file) => file.current(is_intent)?.write_all(line),
            Self::Writer(to) => to.write_all(line).and_then(|()| to.flush()),
        }
    }

    fn sync(&mut self) -> io::Result<()> {
        match self {
            Self::File(file) => file.sync(),
            Self::Writer(_) => Ok(()),
        }
    }
}

impl JsonLines {
    /// Appends to a file, which is created if it does not exist, readable only by its owner where the system supports it.
    ///
    /// # Errors
    ///
    /// If the file cannot be opened for appending.
    pub fn append(path: impl AsRef<Path>) -> io::Result<Self> {
        LogFile::open(path.as_ref().to_owned()).map(|file| Self::with(Target::File(file)))
    }

    /// Writes to anything that never blocks for long. Each line is one `write_all` and one `flush`, on the task of the call.
    pub fn to(out: impl Write + Send + 'static) -> Self {
        Self::with(Target::Writer(Box::new(out)))
    }

    fn with(to: Target) -> Self {
        let out = Out { to, line: Vec::new(), broken: false };
        Self { out: Mutex::new(out), durability: Durability::default() }
    }

    /// Sets what the lines survive: the end of the process by default. It has an effect only on files, not on [other writers](Self::to).
    #[must_use]
    pub fn durability(mut self, durability: Durability) -> Self {
        self.durability = durability;
        self
    }

    fn lock(&self) -> Result<MutexGuard<'_, Out>, AuditError> {
        self.out.lock().map_err(|_| AuditError::new("a writer of the audit log panicked"))
    }

    fn write(&self, entry: &impl Serialize, is_intent: bool) -> Result<(), AuditError> {
        let mut out = self.lock()?;
        let Out { to, line, broken } = &mut *out;
        line.clear();
        if *broken {
            line.push(b'\n');
        }
        serde_json::to_writer(&mut *line, entry)?;
        line.push(b'\n');
        let mut written = to.write(line, is_intent);
        if self.durability == Durability::Lines || (is_intent && self.durability == Durability::Intents) {
            written = written.and_then(|()| to.sync());
        }
        *broken = written.is_err();
        Ok(written?)
    }
}

impl AuditSink for JsonLines {
    fn ready(&self) -> Result<(), AuditError> {
        let mut out = self.lock()?;
        if out.broken {
            // An empty line terminates a truncated one, and shows whether the writer works again. Readers of JSON Lines skip it.
            out.to.write(b"\n", true)?;
            out.broken = false;
        }
        Ok(())
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

impl fmt::Debug for JsonLines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JsonLines")
    }
}
