//! Proofs that one record is in a log, without the other records (C2SP tlog-proof).

use std::{
    fmt,
    fs::File,
    io::{self, BufReader},
    path::{Path, PathBuf},
};

use super::{
    Checkpoint, CheckpointError, Hash, VerifyingKey,
    checkpoint::{Notes, base64, hash, number},
    layout::{Folder, Kind, read_or_empty},
    line::{self, Ending},
    segment::Subtrees,
    tree::{Subtree, Tree, leaf_hash, node_hash},
};

const HEADER: &str = "c2sp.org/tlog-proof@v1";
/// The maximum length of a path: the height of a tree.
const HIGHEST: usize = 64;

/// A record, the proof that it is in a log, and the signed head of that log.
///
/// Its text form is the line of the record, followed by a C2SP tlog-proof. [`check`] reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    record: Box<str>,
    index: u64,
    path: Vec<Hash>,
    checkpoint: Checkpoint,
}

/// Why a proof could not be created.
#[derive(Debug)]
#[non_exhaustive]
pub enum ProveError {
    /// A file cannot be read.
    Io(io::Error),
    /// There is no such log, or there are several and none was named.
    NoLog,
    /// No checkpoint covers the record yet.
    Unsigned {
        /// How many records are signed.
        signed: u64,
    },
    /// The record was deleted because of its age, or is missing.
    Deleted,
    /// The log does not match its signatures: verify it.
    Damaged(PathBuf),
}

impl fmt::Display for ProveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) => write!(f, "the log cannot be read: {error}"),
            Self::NoLog => f.write_str("there is no such log, or there are several and none was named"),
            Self::Unsigned { signed } => {
                write!(f, "this record is not signed yet: only the first {signed} records are")
            }
            Self::Deleted => f.write_str("this record has been deleted"),
            Self::Damaged(path) => write!(f, "the log does not match its signatures; verify it: {}", path.display()),
        }
    }
}

impl std::error::Error for ProveError {}

impl From<io::Error> for ProveError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// Why a proof is not valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CheckError {
    /// It does not have the form of a record and its proof.
    Malformed,
    /// The checkpoint in it is not valid.
    Checkpoint(CheckpointError),
    /// The record is not in the signed log.
    NotIncluded,
}

impl fmt::Display for CheckError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed => f.write_str("this is not a record with its proof (c2sp.org/tlog-proof)"),
            Self::Checkpoint(error) => error.fmt(f),
            Self::NotIncluded => {
                f.write_str("the record is not in the signed log: it was changed, or the proof is for another record")
            }
        }
    }
}

impl std::error::Error for CheckError {}

impl Proof {
    /// The line of the record, without the newline.
    #[must_use]
    pub fn record(&self) -> &str {
        &self.record
    }

    /// The number of the record.
    #[must_use]
    pub fn index(&self) -> u64 {
        self.index
    }

    /// The hashes from the record's sibling up to the root's child (RFC 6962, section 2.1.1).
    #[must_use]
    pub fn path(&self) -> &[Hash] {
        &self.path
    }

    /// The checkpoint.
    #[must_use]
    pub fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }
}

impl fmt::Display for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n{HEADER}\nindex {}", self.record, self.index)?;
        for hash in &self.path {
            writeln!(f, "{}", base64(hash))?;
        }
        write!(f, "\n{}", self.checkpoint.note())
    }
}

/// Checks the text of a [`Proof`]: whether a checkpoint that was signed with this key covers the record.
///
/// # Errors
///
/// If it is malformed, the signature is not valid, or the record does not match.
pub fn check(text: &str, key: &VerifyingKey) -> Result<Proof, CheckError> {
    let parse = || {
        let (record, proof) = text.split_once('\n')?;
        let (head, note) = proof.split_once("\n\n")?;
        let mut lines = head.split('\n');
        (lines.next()? == HEADER).then_some(())?;
        let index = number(lines.next()?.strip_prefix("index ")?)?;
        let path: Vec<Hash> = lines.map(hash).collect::<Option<_>>()?;
        (path.len() <= HIGHEST).then_some((record, index, path, note))
    };
    let (record, index, path, note) = parse().ok_or(CheckError::Malformed)?;
    let checkpoint = Checkpoint::open(note, key).map_err(CheckError::Checkpoint)?;
    let root = root_by(leaf_hash(record.as_bytes()), index, &path, checkpoint.size());
    if root != Some(checkpoint.root()) || line::number(record.as_bytes()) != Some(index) {
        return Err(CheckError::NotIncluded);
    }
    Ok(Proof { record: record.into(), index, path, checkpoint })
}

/// The root of a tree of this size that the path leads to (RFC 9162, section 2.1.3.2).
fn root_by(leaf: Hash, index: u64, path: &[Hash], size: u64) -> Option<Hash> {
    let (mut node, mut last) = (index, size.checked_sub(1)?);
    if node > last {
        return None;
    }
    let mut root = leaf;
    for hash in path {
        if last == 0 {
            return None;
        }
        if node & 1 == 1 || node == last {
            root = node_hash(hash, &root);
            while node & 1 == 0 && node != 0 {
                (node, last) = (node >> 1, last >> 1);
            }
        } else {
            root = node_hash(&root, hash);
        }
        (node, last) = (node >> 1, last >> 1);
    }
    (last == 0).then_some(root)
}

/// Proves that a record is in a log of the directory, by the newest checkpoint of that log. `log` is the origin or the id of the log; it may be
/// `None` if there is only one.
///
/// # Errors
///
/// If the record does not exist or is not signed, or if the log cannot be read or does not match its signatures.
pub fn prove(
    directory: impl AsRef<Path>,
    key: &VerifyingKey,
    log: Option<&str>,
    record: u64,
) -> Result<Proof, ProveError> {
    let mut folders = Folder::all(directory.as_ref())?;
    folders.retain(|folder| log.is_none_or(|log| log == folder.id() || log == folder.origin(key.name())));
    let Some(folder) = folders.pop().filter(|_| folders.is_empty()) else { return Err(ProveError::NoLog) };
    let segments = folder.segments()?;
    let checkpoint = newest(&folder, &segments, key)?;
    let size = checkpoint.as_ref().map_or(0, Checkpoint::size);
    let Some(checkpoint) = checkpoint.filter(|_| record < size) else {
        return Err(ProveError::Unsigned { signed: size });
    };
    let mut collector = Collector::new(record, size);
    let mut buffer = Vec::new();
    for &first in segments.iter().filter(|&&first| first < size) {
        let damaged = || ProveError::Damaged(folder.file(Kind::Records, first));
        let subtrees = Subtrees::read(&folder, first)?;
        if let Some(subtrees) =
            subtrees.filter(|subtrees| !(first..subtrees.end).contains(&record) && subtrees.end <= size)
        {
            // The subtrees of other segments are sufficient, unless the path goes through one of them.
            if collector.takes(first, &subtrees) {
                subtrees.subtrees.into_iter().try_for_each(|subtree| collector.push(subtree)).ok_or_else(damaged)?;
                continue;
            }
        }
        let file = match File::open(folder.file(Kind::Records, first)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(ProveError::Deleted),
            file => file?,
        };
        let mut file = BufReader::with_capacity(256 << 10, file);
        while collector.at < size && line::next(&mut file, &mut buffer)? == Some(Ending::Newline) {
            if collector.at == record {
                collector.record = Some(String::from_utf8(std::mem::take(&mut buffer)).map_err(|_| damaged())?);
                collector.at += 1;
            } else {
                collector.push(Subtree { level: 0, hash: leaf_hash(&buffer) }).ok_or_else(damaged)?;
            }
        }
    }
    let damaged = || ProveError::Damaged(folder.path().to_owned());
    let (record_line, path) = collector.finish().ok_or_else(damaged)?;
    let proof = Proof { record: record_line.into(), index: record, path, checkpoint };
    // A proof that cannot be checked must not be returned.
    check(&proof.to_string(), key).map_err(|_| damaged())
}

/// The newest checkpoint.
fn newest(folder: &Folder, segments: &[u64], key: &VerifyingKey) -> Result<Option<Checkpoint>, ProveError> {
    for &first in segments.iter().rev() {
        let path = folder.file(Kind::Checkpoints, first);
        if let Some((_, note)) = Notes::of(&read_or_empty(&path)?).last() {
            let checkpoint = Checkpoint::open(note, key).ok().filter(|it| it.origin() == folder.origin(key.name()));
            return checkpoint.map(Some).ok_or(ProveError::Damaged(path));
        }
    }
    Ok(None)
}

/// Collects the hashes of a path in one pass over the log.
struct Collector {
    /// The parts of the log around the record, in order: where each ends, its known subtrees, and its place in the path.
    parts: Vec<(u64, Tree, usize)>,
    current: usize,
    at: u64,
    record: Option<String>,
}

impl Collector {
    fn new(record: u64, size: u64) -> Self {
        // From the root down: at each step the half without the record is a part (RFC 6962, section 2.1.1).
        let (mut first, mut end, mut depth) = (0, size, 0);
        let mut parts = Vec::new();
        while end - first > 1 {
            let middle = first + (1_u64 << (end - first - 1).ilog2());
            if record < middle {
                parts.push((middle, end, depth));
                end = middle;
            } else {
                parts.push((first, middle, depth));
                first = middle;
            }
            depth += 1;
        }
        parts.sort_unstable();
        let parts = parts.into_iter().map(|(_, end, depth)| (end, Tree::new(), depth)).collect();
        Self { parts, current: 0, at: 0, record: None }
    }

    /// Whether the subtrees of a segment align with the parts.
    fn takes(&self, first: u64, subtrees: &Subtrees) -> bool {
        let mut at = first;
        first == self.at
            && subtrees.subtrees.iter().all(|subtree| {
                let Some(end) = 1_u64.checked_shl(subtree.level).and_then(|width| at.checked_add(width)) else {
                    return false;
                };
                let part = self.parts.iter().find(|(part_end, ..)| at < *part_end);
                at = end;
                part.is_some_and(|(part_end, ..)| end <= *part_end)
            })
    }

    fn push(&mut self, subtree: Subtree) -> Option<()> {
        let end = self.at.checked_add(1_u64.checked_shl(subtree.level)?)?;
        while self.parts.get(self.current).is_some_and(|(part_end, ..)| *part_end <= self.at) {
            self.current += 1;
        }
        let (part_end, tree, _) = self.parts.get_mut(self.current)?;
        (end <= *part_end && tree.append(subtree)).then_some(())?;
        self.at = end;
        Some(())
    }

    /// The record and its path, from the leaf's sibling up.
    fn finish(mut self) -> Option<(String, Vec<Hash>)> {
        self.parts.sort_unstable_by_key(|(_, _, depth)| std::cmp::Reverse(*depth));
        Some((self.record?, self.parts.iter().map(|(_, tree, _)| tree.root()).collect()))
    }
}
