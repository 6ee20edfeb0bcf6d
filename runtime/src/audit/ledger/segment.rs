//! The files of a segment besides its records: its checkpoints and the hashes of its subtrees.

use std::{
    fmt::Write as _,
    fs::{self, File},
    io::{self, Write as _},
    path::Path,
};

use super::{
    append::sync_folder,
    checkpoint::{Notes, base64, hash, number},
    layout::{Folder, Kind, read_or_empty},
    tree::{Subtree, Tree},
};

/// The subtree hashes of a closed segment.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Subtrees {
    /// The number of the record after the last one.
    pub(super) end: u64,
    pub(super) subtrees: Vec<Subtree>,
}

impl Subtrees {
    /// Reads them; `None` if the segment is not closed.
    pub(super) fn read(folder: &Folder, first: u64) -> io::Result<Option<Self>> {
        let text = read_or_empty(&folder.file(Kind::Subtrees, first))?;
        if text.is_empty() {
            return Ok(None);
        }
        let parsed = Self::parse(&text, first);
        parsed
            .map(Some)
            .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "this is not a valid list of subtrees"))
    }

    fn parse(text: &str, first: u64) -> Option<Self> {
        let mut lines = text.strip_suffix('\n')?.split('\n');
        let (start, end) = lines.next()?.split_once(' ')?;
        let subtrees = lines.map(|line| {
            let (level, root) = line.split_once(' ')?;
            Some(Subtree { level: number(level)?.try_into().ok()?, hash: hash(root)? })
        });
        (number(start)? == first).then_some(Self { end: number(end)?, subtrees: subtrees.collect::<Option<_>>()? })
    }

    /// Writes them to a file atomically.
    pub(super) fn write(&self, folder: &Folder, first: u64) -> io::Result<()> {
        let mut text = format!("{first} {}\n", self.end);
        for subtree in &self.subtrees {
            // Writing to a `String` cannot fail.
            let _ = writeln!(text, "{} {}", subtree.level, base64(&subtree.hash));
        }
        replace(folder, &folder.file(Kind::Subtrees, first), &text)
    }

    /// Appends them to the tree of the earlier segments. Returns `false` if they do not fit.
    #[must_use]
    pub(super) fn append_to(&self, tree: &mut Tree) -> bool {
        self.subtrees.iter().all(|&subtree| tree.append(subtree)) && tree.size() == self.end
    }
}

/// Keeps only the last checkpoint of a segment.
pub(super) fn keep_last_checkpoint(folder: &Folder, first: u64) -> io::Result<()> {
    let path = folder.file(Kind::Checkpoints, first);
    let text = read_or_empty(&path)?;
    match Notes::of(&text).last() {
        Some((line, note)) if line > 1 => replace(folder, &path, note),
        _ => Ok(()),
    }
}

/// Replaces the content of a file atomically.
fn replace(folder: &Folder, path: &Path, text: &str) -> io::Result<()> {
    let new = folder.path().join("new");
    let mut file = File::create(&new)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(&new, path)?;
    sync_folder(folder.path())
}
