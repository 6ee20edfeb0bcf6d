//! Records as JSON Lines.

use std::{
    fmt,
    io::{self, Write},
    path::Path,
    sync::{Mutex, MutexGuard},
};

use serde::Serialize;

use super::{AuditError, AuditRecord, AuditSink, FailedLogins, Phase, RefusalBurst, log_file::LogFile};

/// Writes each record, and each event of [failed logins](FailedLogins) or [refusals](RefusalBurst), to a file as one line of JSON ([JSON Lines](https://jsonlines.org)), before the answer
/// leaves. The file is evidence: a call that is not in it got no answer, and had no body run while the file could not be written.
///
/// Writing waits for the file. A pipe, whose reader may stop, would make the server wait for it: use [`StderrSink`](crate::StderrSink) there.
///
/// After a failed write the sink reports itself not ready until a write succeeds again, and starts on a new line then.
///
/// # Rotation
///
/// The sink looks whether the file is still the one at its path (on Unix, by its device and inode): before every [intent](Phase::Intent), and before any other line if
/// it has not looked for 100 ms. If the file was renamed, the one that is there now is opened, or a new one is made; lines that are written in the meantime are in the
/// renamed file. So it is if the file was removed; but what was written to it is gone with it, and so are the lines of those 100 ms, intents
/// excepted. Nothing has to be told to the server, and nothing has to be copied and truncated.
///
/// # Durability
///
/// A line has been handed to the operating system when a call goes on: it outlives the process, however that ends, but not a power failure. See
/// [`Durability`] for that.
pub struct JsonLines {
    out: Mutex<Out>,
    durability: Durability,
}

/// What a log outlives: a [`JsonLines`] file or a `ledger::Ledger`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Durability {
    /// The end of the process, also by `kill -9`.
    #[default]
    Process,
    /// The same, and a power failure for every [intent](Phase::Intent): the body of a tool that may write starts when its intent is on the
    /// storage device (`fdatasync`), which takes as long as the device takes, milliseconds on many. What else was written before it is there too.
    Intents,
    /// A power failure, for every line. Every call waits for the storage device, those that read as well.
    Lines,
}

struct Out {
    to: Target,
    line: Vec<u8>,
    /// A write failed, maybe in the middle of a line.
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
    /// Appends to a file, which is made if it is not there. Readable by its owner only where the system has such modes.
    ///
    /// # Errors
    ///
    /// If the file cannot be opened for appending.
    pub fn append(path: impl AsRef<Path>) -> io::Result<Self> {
        LogFile::open(path.as_ref().to_owned()).map(|file| Self::with(Target::File(file)))
    }

    /// Writes to anything that never waits long. Each line is one `write_all` and one `flush`, on the call's own task.
    pub fn to(out: impl Write + Send + 'static) -> Self {
        Self::with(Target::Writer(Box::new(out)))
    }

    fn with(to: Target) -> Self {
        let out = Out { to, line: Vec::new(), broken: false };
        Self { out: Mutex::new(out), durability: Durability::default() }
    }

    /// What the file outlives: the end of the process by default. It has no effect on [anything else](Self::to) than a file.
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
            // An empty line ends what was cut off, and shows whether the writer is back. Readers of JSON Lines skip it.
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
