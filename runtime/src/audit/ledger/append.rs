//! An append-only file of whole entries.

use std::{
    fs::{File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
    sync::Arc,
};

/// A file that is appended to. The remains of a failed write are truncated before the next entry.
pub(super) struct Appender {
    file: Arc<File>,
    path: PathBuf,
    len: u64,
    /// The file may have more bytes than `len`.
    torn: bool,
}

/// The state of a file that others can access.
pub(super) enum Seen {
    Unchanged,
    /// It is no longer at its path.
    Gone,
    /// Its length differs from what was written.
    Changed,
}

impl Appender {
    /// Creates a new file, readable only by its owner where the system supports it.
    pub(super) fn create(path: PathBuf) -> io::Result<Self> {
        let file = Self::options().create_new(true).open(&path)?;
        Ok(Self { file: Arc::new(file), path, len: 0, torn: false })
    }

    /// Continues a file after its first `len` bytes; it is created if it does not exist.
    pub(super) fn open(path: PathBuf, len: u64) -> io::Result<Self> {
        let file = Self::options().create(true).open(&path)?;
        if file.metadata()?.len() != len {
            file.set_len(len)?;
        }
        Ok(Self { file: Arc::new(file), path, len, torn: false })
    }

    fn options() -> OpenOptions {
        let mut options = OpenOptions::new();
        options.append(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options
    }

    pub(super) fn len(&self) -> u64 {
        self.len
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn file(&self) -> Arc<File> {
        Arc::clone(&self.file)
    }

    /// Appends an entry with one `write(2)`. On failure the file is restored to its previous state, at the latest before the next entry.
    pub(super) fn append(&mut self, entry: &[u8]) -> io::Result<()> {
        if self.torn {
            self.file.set_len(self.len)?;
            self.torn = false;
        }
        let written = loop {
            match (&*self.file).write(entry) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                written => break written?,
            }
        };
        if written == entry.len() {
            self.len += u64::try_from(written).unwrap_or(u64::MAX);
            return Ok(());
        }
        self.torn = self.file.set_len(self.len).is_err();
        Err(io::Error::new(io::ErrorKind::StorageFull, "an entry was only partly written"))
    }

    /// Whether the file is still at its path and has the written length. Must not run concurrently with an append.
    pub(super) fn check_file(&self) -> Seen {
        let (Ok(open), Ok(there)) = (self.file.metadata(), std::fs::metadata(&self.path)) else { return Seen::Gone };
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt;
            if (open.dev(), open.ino()) != (there.dev(), there.ino()) {
                return Seen::Gone;
            }
        }
        if (self.torn || open.len() == self.len) && there.len() == open.len() { Seen::Unchanged } else { Seen::Changed }
    }
}

/// Syncs the entries of a folder, so that they survive a power failure.
pub(super) fn sync_folder(path: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(path)?.sync_all() } else { Ok(()) }
}
