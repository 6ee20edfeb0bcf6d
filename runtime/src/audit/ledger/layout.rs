//! The layout of a log: its folder and the names of its files.

use std::{
    collections::BTreeSet,
    fs, io,
    path::{Path, PathBuf},
};

/// How many digits the number of a file has, so that names sort like numbers.
const DIGITS: usize = 20;

/// The files of one log. All except the lock are numbered by the first record of their segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// The records, one a line.
    Records,
    /// The checkpoints, in the order in which they were signed.
    Checkpoints,
    /// The hashes of the segment's subtrees, once the segment is closed.
    Subtrees,
    /// The hashes of the segment's records, 32 bytes each: an index that shows which record was changed.
    Leaves,
}

impl Kind {
    const ALL: [Self; 4] = [Self::Records, Self::Checkpoints, Self::Subtrees, Self::Leaves];

    fn extension(self) -> &'static str {
        match self {
            Self::Records => "jsonl",
            Self::Checkpoints => "checkpoints",
            Self::Subtrees => "subtrees",
            Self::Leaves => "leaves",
        }
    }
}

/// The folder of one log.
#[derive(Clone, Debug)]
pub(super) struct Folder {
    path: PathBuf,
    id: String,
}

impl Folder {
    /// A folder with a unique id.
    pub(super) fn create(directory: &Path) -> io::Result<Self> {
        let mut random = [0; 8];
        getrandom::fill(&mut random).map_err(io::Error::other)?;
        let id = format!("{:016x}", u64::from_be_bytes(random));
        let path = directory.join(&id);
        let mut builder = fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&path)?;
        Ok(Self { path, id })
    }

    /// The folders in a directory, sorted.
    pub(super) fn all(directory: &Path) -> io::Result<Vec<Self>> {
        let mut folders = Vec::new();
        for entry in fs::read_dir(directory)? {
            let entry = entry?;
            if let Ok(id) = entry.file_name().into_string()
                && is_id(&id)
                && entry.file_type()?.is_dir()
            {
                folders.push(Self { path: entry.path(), id });
            }
        }
        folders.sort_unstable_by(|a, b| a.id.cmp(&b.id));
        Ok(folders)
    }

    pub(super) fn id(&self) -> &str {
        &self.id
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The origin of this log's checkpoints, signed with a key of this name.
    pub(super) fn origin(&self, key_name: &str) -> String {
        format!("{key_name}/{}", self.id)
    }

    pub(super) fn lock(&self) -> PathBuf {
        self.path.join("lock")
    }

    pub(super) fn file(&self, kind: Kind, first: u64) -> PathBuf {
        self.path.join(format!("{first:0DIGITS$}.{}", kind.extension()))
    }

    /// The first records of the segments, including those whose records were deleted.
    pub(super) fn segments(&self) -> io::Result<Vec<u64>> {
        let mut segments = BTreeSet::new();
        for entry in fs::read_dir(&self.path)? {
            let name = entry?.file_name();
            segments.extend(name.to_str().and_then(first_record));
        }
        Ok(segments.into_iter().collect())
    }

    /// How many bytes the files have together.
    pub(super) fn bytes(&self) -> io::Result<u64> {
        fs::read_dir(&self.path)?.try_fold(0, |sum, entry| Ok(sum + entry?.metadata()?.len()))
    }
}

/// The first record of a segment, from the name of one of its files.
fn first_record(name: &str) -> Option<u64> {
    let (number, extension) = name.split_once('.')?;
    let known = Kind::ALL.iter().any(|kind| kind.extension() == extension);
    let digits = number.len() == DIGITS && number.bytes().all(|byte| byte.is_ascii_digit());
    (known && digits).then(|| number.parse().ok())?
}

/// Whether this could be the id of a log.
pub(super) fn is_id(text: &str) -> bool {
    text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

/// Reads a small text file; a missing one counts as empty.
pub(super) fn read_or_empty(path: &Path) -> io::Result<String> {
    match fs::read_to_string(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(String::new()),
        read => read,
    }
}
