//! Records as JSON Lines.

use std::{
    fmt,
    fs::OpenOptions,
    io::{self, Write},
    path::Path,
    sync::{Mutex, MutexGuard},
};

use serde::Serialize;

use super::{AuditError, AuditRecord, AuditSink, FailedLogins};

/// Writes each record, and each event of [failed logins](FailedLogins), to a file as one line of JSON ([JSON Lines](https://jsonlines.org)), before the answer
/// leaves. The file is evidence: a call that is not in it got no answer, and had no body run while the file could not be written.
///
/// Writing waits for the file. A pipe, whose reader may stop, would make the server wait for it: use [`StderrSink`](crate::StderrSink) there.
///
/// After a failed write the sink reports itself not ready until a write succeeds again, and starts on a new line then.
pub struct JsonLines {
    out: Mutex<Out>,
}

struct Out {
    to: Box<dyn Write + Send>,
    line: Vec<u8>,
    /// A write failed, maybe in the middle of a line.
    broken: bool,
}

impl JsonLines {
    /// Appends to a file, which is made if it is not there. Readable by its owner only where the system has such modes.
    ///
    /// # Errors
    ///
    /// If the file cannot be opened for appending.
    pub fn append(path: impl AsRef<Path>) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        options.create(true).append(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        Ok(Self::to(options.open(path)?))
    }

    /// Writes to anything that never waits long. Each line is one `write_all` and one `flush`, on the call's own task.
    pub fn to(out: impl Write + Send + 'static) -> Self {
        Self { out: Mutex::new(Out { to: Box::new(out), line: Vec::new(), broken: false }) }
    }

    fn lock(&self) -> Result<MutexGuard<'_, Out>, AuditError> {
        self.out.lock().map_err(|_| AuditError::new("a writer of the audit log panicked"))
    }

    fn write(&self, entry: &impl Serialize) -> Result<(), AuditError> {
        let mut out = self.lock()?;
        let Out { to, line, broken } = &mut *out;
        line.clear();
        if *broken {
            line.push(b'\n');
        }
        serde_json::to_writer(&mut *line, entry)?;
        line.push(b'\n');
        let written = to.write_all(line).and_then(|()| to.flush());
        *broken = written.is_err();
        Ok(written?)
    }
}

impl AuditSink for JsonLines {
    fn ready(&self) -> Result<(), AuditError> {
        let mut out = self.lock()?;
        if out.broken {
            // An empty line ends what was cut off, and shows whether the writer is back. Readers of JSON Lines skip it.
            out.to.write_all(b"\n").and_then(|()| out.to.flush())?;
            out.broken = false;
        }
        Ok(())
    }

    fn record(&self, record: AuditRecord) -> Result<(), AuditError> {
        self.write(&record)
    }

    fn record_failed_logins(&self, event: FailedLogins) -> Result<(), AuditError> {
        self.write(&event)
    }
}

impl fmt::Debug for JsonLines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JsonLines")
    }
}
