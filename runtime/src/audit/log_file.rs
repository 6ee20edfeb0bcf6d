//! A log file that others may rename or remove while it is written.

use std::{
    fs::{File, OpenOptions},
    io,
    path::PathBuf,
    time::{Duration, Instant},
};

use crate::at_path::AtPath;

/// How long a checked file is assumed to be the one at its path. A check costs about as much as writing a line.
const CHECK_INTERVAL: Duration = Duration::from_millis(100);

/// A file that is appended to, and reopened when it is no longer the one at its path.
pub(super) struct LogFile {
    path: PathBuf,
    file: File,
    id: FileId,
    /// When it was last known to be the file at the path.
    seen: Instant,
    /// The file is new, and its directory entry may not be on the storage device yet.
    is_new: bool,
}

/// The identity of a file, regardless of its name.
#[cfg(unix)]
type FileId = (u64, u64);
/// On other systems an open file usually cannot be renamed or removed.
#[cfg(not(unix))]
type FileId = ();

#[cfg(unix)]
fn id(metadata: &std::fs::Metadata) -> FileId {
    use std::os::unix::fs::MetadataExt;
    (metadata.dev(), metadata.ino())
}

#[cfg(not(unix))]
fn id(_: &std::fs::Metadata) -> FileId {}

impl LogFile {
    /// Opens the file, which is created if it does not exist.
    pub(super) fn open(path: PathBuf) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        options.create(true).append(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(&path).at(&path)?;
        let id = id(&file.metadata()?);
        Ok(Self { path, file, id, seen: Instant::now(), is_new: true })
    }

    /// The file at the path, as of now or of the last check.
    pub(super) fn current(&mut self, now: bool) -> io::Result<&mut File> {
        if !now && self.seen.elapsed() < CHECK_INTERVAL {
            return Ok(&mut self.file);
        }
        let is_current = match std::fs::metadata(&self.path) {
            Ok(metadata) => id(&metadata) == self.id,
            Err(error) if error.kind() == io::ErrorKind::NotFound => false,
            Err(error) => return Err(error),
        };
        if !is_current {
            *self = Self::open(self.path.clone())?;
            tracing::info!("the audit log was renamed or removed: reopening it");
        }
        self.seen = Instant::now();
        Ok(&mut self.file)
    }

    /// Waits until everything that was written is on the storage device.
    pub(super) fn sync(&mut self) -> io::Result<()> {
        self.file.sync_data()?;
        #[cfg(unix)]
        if self.is_new {
            // The directory entry has to be on the storage device too, or the file could not be found.
            let directory = self.path.parent().filter(|parent| !parent.as_os_str().is_empty());
            File::open(directory.unwrap_or_else(|| ".".as_ref()))?.sync_all()?;
        }
        self.is_new = false;
        Ok(())
    }
}
