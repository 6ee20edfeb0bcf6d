//! A directory in which paths are opened.

use std::{
    fs::File,
    io::{self, Read, Write},
    path::Path,
    sync::Arc,
    time::SystemTime,
};

use cap_std::{
    ambient_authority,
    fs::{Dir, OpenOptions},
};

use super::SafePath;
use crate::permit::{self, Allows, Destroy};

/// A directory in which paths are opened and which they cannot leave, not even through a symlink (`cap-std` opens each component relative to the
/// previous one, with `openat2(RESOLVE_BENEATH)` where available). Create it once, at the start; clones are the same directory.
///
/// A hard link to an outside file gives access to that file: use a file system for the root on which nobody else can create hard links.
///
/// All operations block: use them in a tool that is not `async`, or in `spawn_blocking`.
///
/// ```
/// use secure_tool::types::{Root, SafePath};
///
/// use secure_tool::prelude::*;
///
/// struct Diary { root: Root }
///
/// impl Diary {
///     /// Begin a new page.
///     #[secure_tool(scope = "diary:write", owner = unowned("a diary of one person, on that person's machine"))]
///     fn new_page(
///         &self,
///         permit: &Permit<Write>,
///         /// Where to, such as `2026/july.txt`.
///         page: SafePath,
///         /// What to write.
///         text: String,
///     ) -> Result<String, ToolError> {
///         page.create_parents(permit, &self.root)?;
///         page.write_new(permit, &self.root, text.as_bytes())?;
///         Ok(page.read_to_string(&self.root, 64 * 1024)?)
///     }
/// }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let dir = tempfile::tempdir()?;
/// # let diary = Diary { root: Root::new(dir.path())? };
/// # let server = SecureServer::builder(diary).tool(Diary::new_page()).allow_writes().build()?;
/// # let alice = std::sync::Arc::new(Caller::local("alice").with_scopes(["diary:write"]));
/// # let mut page = serde_json::json!({"page": "2026/july.txt", "text": "Dear diary"});
/// # let call = |page: &serde_json::Value| page.as_object().cloned().unwrap_or_default();
/// # assert!(!server.call(&alice, "new_page", call(&page)).await.is_error());
/// # page["page"] = "../july.txt".into();
/// # assert!(server.call(&alice, "new_page", call(&page)).await.is_error());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Root(Arc<Dir>);

impl Root {
    /// Opens a directory with the permissions of the process. The directory stays the same if it is renamed later.
    ///
    /// # Errors
    ///
    /// If it does not exist or cannot be opened.
    pub fn new(directory: impl AsRef<Path>) -> io::Result<Self> {
        Ok(Self(Arc::new(Dir::open_ambient_dir(directory, ambient_authority())?)))
    }

    /// Opens a directory within as a separate root, for example for a tenant. Paths that are opened there cannot leave it, not even to another place
    /// within this root.
    ///
    /// # Errors
    ///
    /// If it does not exist, or is outside.
    pub fn within(&self, path: &SafePath) -> io::Result<Self> {
        Ok(Self(Arc::new(self.0.open_dir(path.as_unchecked_relative())?)))
    }

    /// The sorted paths of the entries of this directory, without subdirectories. Entries whose names are not a valid [`SafePath`] are left out.
    ///
    /// # Errors
    ///
    /// If it cannot be read, or there are more than `limit` entries.
    pub fn list(&self, limit: usize) -> io::Result<Vec<SafePath>> {
        let mut found = Vec::new();
        for (seen, entry) in self.0.entries()?.enumerate() {
            if seen == limit {
                return Err(too_large());
            }
            found.extend(entry?.file_name().to_str().and_then(|name| name.parse().ok()));
        }
        found.sort();
        Ok(found)
    }
}

/// Metadata of a file or directory, without anything that is specific to the system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Metadata {
    length: u64,
    is_file: bool,
    is_dir: bool,
    modified: Option<SystemTime>,
}

impl Metadata {
    /// The length in bytes.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.length
    }

    /// Whether it is empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// Whether it is a regular file.
    #[must_use]
    pub fn is_file(&self) -> bool {
        self.is_file
    }

    /// Whether it is a directory.
    #[must_use]
    pub fn is_dir(&self) -> bool {
        self.is_dir
    }

    /// When it was last modified, if that is known.
    #[must_use]
    pub fn modified(&self) -> Option<SystemTime> {
        self.modified
    }
}

/// Opens a path: the only way from a [`SafePath`] to a file. It works only in a [`Root`], and only for regular files, because a pipe or a device
/// could block a call forever. Functions that change something require the [`Permit`](crate::Permit) of the call. (Feature `paths`.)
///
/// Every function fails with the error of the operating system if there is no such file, and with
/// [`PermissionDenied`](io::ErrorKind::PermissionDenied) if a symlink leads out of the root.
impl SafePath {
    /// Opens a file for reading.
    ///
    /// # Errors
    ///
    /// See above.
    pub fn open(&self, root: &Root) -> io::Result<File> {
        self.open_with(root, OpenOptions::new().read(true))
    }

    /// Reads a file of at most `limit` bytes.
    ///
    /// # Errors
    ///
    /// See above; and [`FileTooLarge`](io::ErrorKind::FileTooLarge) if it is longer.
    pub fn read(&self, root: &Root, limit: usize) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        // Reads one byte more than the limit to detect a longer file.
        let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
        self.open(root)?.take(most).read_to_end(&mut bytes)?;
        if bytes.len() > limit { Err(too_large()) } else { Ok(bytes) }
    }

    /// Reads a text of at most `limit` bytes.
    ///
    /// # Errors
    ///
    /// Like [`read`](Self::read); and [`InvalidData`](io::ErrorKind::InvalidData) if it is not UTF-8.
    pub fn read_to_string(&self, root: &Root, limit: usize) -> io::Result<String> {
        // Not the text of the error, which would contain the bytes.
        String::from_utf8(self.read(root, limit)?).map_err(|_| io::ErrorKind::InvalidData.into())
    }

    /// Creates a file and opens it for writing.
    ///
    /// # Errors
    ///
    /// See above; and [`AlreadyExists`](io::ErrorKind::AlreadyExists), even if it is a symlink.
    pub fn create(&self, _permit: &impl Allows<permit::Write>, root: &Root) -> io::Result<File> {
        self.open_with(root, OpenOptions::new().write(true).create_new(true))
    }

    /// Creates a file with these bytes.
    ///
    /// # Errors
    ///
    /// Like [`create`](Self::create).
    pub fn write_new(&self, permit: &impl Allows<permit::Write>, root: &Root, bytes: &[u8]) -> io::Result<()> {
        self.create(permit, root)?.write_all(bytes)
    }

    /// Replaces the content of a file with these bytes, or creates it.
    ///
    /// # Errors
    ///
    /// See above.
    pub fn overwrite(&self, _permit: &impl Allows<Destroy>, root: &Root, bytes: &[u8]) -> io::Result<()> {
        self.open_with(root, OpenOptions::new().write(true).create(true).truncate(true))?.write_all(bytes)
    }

    /// The metadata of the file or directory.
    ///
    /// # Errors
    ///
    /// See above.
    pub fn metadata(&self, root: &Root) -> io::Result<Metadata> {
        let found = root.0.metadata(self.as_unchecked_relative())?;
        Ok(Metadata {
            length: found.len(),
            is_file: found.is_file(),
            is_dir: found.is_dir(),
            modified: found.modified().ok().map(cap_std::time::SystemTime::into_std),
        })
    }

    /// Creates the parent directories of the file.
    ///
    /// # Errors
    ///
    /// See above.
    pub fn create_parents(&self, _permit: &impl Allows<permit::Write>, root: &Root) -> io::Result<()> {
        match self.as_unchecked_relative().rsplit_once('/') {
            Some((parents, _)) => root.0.create_dir_all(parents),
            None => Ok(()),
        }
    }

    /// Removes a file, or a symlink (not its target).
    ///
    /// # Errors
    ///
    /// See above.
    pub fn remove(&self, _permit: &impl Allows<Destroy>, root: &Root) -> io::Result<()> {
        root.0.remove_file(self.as_unchecked_relative())
    }

    fn open_with(&self, root: &Root, options: &OpenOptions) -> io::Result<File> {
        let path = self.as_unchecked_relative();
        // Checked before opening, because opening a pipe would block; and after, because the file may have been replaced in between.
        if root.0.metadata(path).is_ok_and(|found| !found.is_file()) {
            return Err(no_file());
        }
        let file = root.0.open_with(path, options)?.into_std();
        if file.metadata()?.is_file() { Ok(file) } else { Err(no_file()) }
    }
}

fn no_file() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, "not a regular file")
}

fn too_large() -> io::Error {
    io::Error::new(io::ErrorKind::FileTooLarge, "larger than the limit")
}
