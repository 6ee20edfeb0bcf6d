//! Verifies logs against their signatures.

mod finding;
mod records;

use std::{
    fs::{self, File},
    io::{self, BufReader},
    iter::Peekable,
    path::{Path, PathBuf},
    vec,
};

pub use self::finding::{Finding, Problem};
use self::records::{Leaf, Records};
use super::{
    Checkpoint, Hash, VerifyingKey,
    checkpoint::Notes,
    claims::Claims,
    layout::{Folder, Kind, read_or_empty},
    segment::Subtrees,
    tree::Tree,
};

/// The maximum number of findings that are listed for one log.
const MOST_FINDINGS: usize = 100;

/// A head that is known from another source, and that the log must match.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExpectedHead {
    /// The log, by its origin or its id; `None` for the only one in the directory.
    pub origin: Option<String>,
    /// How many records it had.
    pub size: u64,
    /// Its root then.
    pub root: Hash,
}

impl From<Checkpoint> for ExpectedHead {
    fn from(checkpoint: Checkpoint) -> Self {
        Self { origin: Some(checkpoint.origin().into()), size: checkpoint.size(), root: checkpoint.root() }
    }
}

/// The result of verifying one log.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Report {
    /// The origin of the log.
    pub origin: String,
    /// How many records it has, including those that were deleted after their retention time.
    pub size: u64,
    /// The root over all of them.
    pub root: Hash,
    /// How many of them are covered by a checkpoint, or by an expected head.
    pub signed: u64,
    /// How many records at the beginning were deleted because of their age.
    pub deleted: u64,
    /// How many bytes of an incomplete line or checkpoint there are at the end.
    pub torn: u64,
    /// How many expected heads could not be compared, because their records were deleted after their retention time. If none could be compared, that
    /// is a finding.
    pub uncompared: u64,
    /// Where the log does not match its signatures; empty if it is intact.
    pub findings: Vec<Finding>,
}

impl Report {
    /// How many records at the end are not covered by a checkpoint yet.
    #[must_use]
    pub fn unsigned(&self) -> u64 {
        self.size.saturating_sub(self.signed)
    }

    /// Whether everything that was signed is present and unchanged.
    #[must_use]
    pub fn is_intact(&self) -> bool {
        self.findings.is_empty()
    }
}

/// Verifies every log in a directory with the key that signed its checkpoints. The logs may be in use.
///
/// Expected heads are stronger than the checkpoints in the directory, which anyone with the signing key can replace.
///
/// # Errors
///
/// If the directory or a file in it cannot be read, or if an expected head does not name one of several logs.
pub fn verify(directory: impl AsRef<Path>, key: &VerifyingKey, expected: &[ExpectedHead]) -> io::Result<Vec<Report>> {
    let directory = directory.as_ref();
    let folders = Folder::all(directory)?;
    let alone = folders.len() == 1;
    let mut reports = Vec::new();
    for folder in &folders {
        let origin = folder.origin(key.name());
        let is_of = |head: &&ExpectedHead| match &head.origin {
            Some(of) => *of == origin || of == folder.id(),
            None => alone,
        };
        let mut heads: Vec<_> = expected.iter().filter(is_of).cloned().collect();
        heads.sort_by_key(|head| head.size);
        reports.push(Verifier::new(folder, key, heads).run()?);
    }
    for head in expected {
        match &head.origin {
            None if folders.len() > 1 => {
                let problem = "there are several logs: name the one that the expected head belongs to";
                return Err(io::Error::new(io::ErrorKind::InvalidInput, problem));
            }
            None if alone => {}
            Some(of) if folders.iter().any(|folder| *of == folder.origin(key.name()) || of == folder.id()) => {}
            of => {
                let origin = of.clone().unwrap_or_else(|| key.name().to_owned());
                reports.push(Report {
                    findings: vec![Finding::of(directory, None, Problem::NoLog { signed: head.size })],
                    origin,
                    size: 0,
                    root: Tree::new().root(),
                    signed: 0,
                    deleted: 0,
                    torn: 0,
                    uncompared: 0,
                });
            }
        }
    }
    Ok(reports)
}

struct Verifier<'a> {
    folder: &'a Folder,
    key: &'a VerifyingKey,
    origin: String,
    expected: Peekable<vec::IntoIter<ExpectedHead>>,
    tree: Tree,
    /// The tree over the hashes in the index instead of those of the lines, once one differs or is missing.
    indexed: Option<Tree>,
    /// The records since the last head that differ from the index.
    suspects: Vec<Finding>,
    /// The newest expected head whose records were deleted, and whether any other one was compared.
    deleted_head: Option<u64>,
    compared: bool,
    /// The roots can no longer be compared.
    lost: bool,
    /// Up to here all records match a head.
    proven: u64,
    /// The deletions that the log claims, and the number below which records are missing.
    claims: Claims,
    missing_below: u64,
    report: Report,
}

impl<'a> Verifier<'a> {
    fn new(folder: &'a Folder, key: &'a VerifyingKey, expected: Vec<ExpectedHead>) -> Self {
        let (origin, tree) = (folder.origin(key.name()), Tree::new());
        let report = Report {
            origin: origin.clone(),
            size: 0,
            root: tree.root(),
            signed: 0,
            deleted: 0,
            torn: 0,
            uncompared: 0,
            findings: Vec::new(),
        };
        Self {
            folder,
            key,
            origin,
            expected: expected.into_iter().peekable(),
            tree,
            indexed: None,
            suspects: Vec::new(),
            deleted_head: None,
            compared: false,
            lost: false,
            proven: 0,
            claims: Claims::default(),
            missing_below: 0,
            report,
        }
    }

    fn find(&mut self, path: &Path, line: impl Into<Option<u64>>, problem: Problem) {
        if self.report.findings.len() < MOST_FINDINGS {
            self.report.findings.push(Finding::of(path, line, problem));
        }
    }

    fn run(mut self) -> io::Result<Report> {
        let segments = self.folder.segments()?;
        for (at, &first) in segments.iter().enumerate() {
            self.segment(first, segments.get(at + 1).copied())?;
        }
        let path = self.folder.path();
        while let Some(head) = self.expected.next() {
            self.find(path, None, Problem::Truncated { signed: head.size, found: self.tree.size() });
        }
        if let Some(size) = self.deleted_head.filter(|_| !self.compared) {
            self.find(path, None, Problem::DeletedHead { size });
        }
        let deleted_below = self.claims.below(self.proven);
        if deleted_below < self.missing_below {
            let problem = Problem::Missing { first: deleted_below, end: self.missing_below };
            self.find(path, None, problem);
        }
        let suspects = std::mem::take(&mut self.suspects);
        for suspect in suspects {
            self.find(&suspect.path, suspect.line, suspect.problem);
        }
        self.pair_swapped();
        (self.report.size, self.report.root) = (self.tree.size(), self.tree.root());
        (self.report.signed, self.report.deleted) = (self.proven, self.missing_below);
        Ok(self.report)
    }

    /// Merges two records that are in each other's place into one finding.
    fn pair_swapped(&mut self) {
        let findings = std::mem::take(&mut self.report.findings);
        let is_moved = |first, second| {
            let wanted = Problem::Moved { record: first, found: second };
            findings.iter().any(|finding| finding.problem == wanted)
        };
        let named = findings.iter().filter_map(|finding| match finding.problem {
            Problem::Moved { record, found } if is_moved(found, record) => {
                let problem = Problem::Swapped { first: record, second: found };
                (record < found).then(|| Finding { problem, ..finding.clone() })
            }
            _ => Some(finding.clone()),
        });
        self.report.findings = named.collect();
    }

    fn segment(&mut self, first: u64, next: Option<u64>) -> io::Result<()> {
        let path = self.folder.file(Kind::Records, first);
        if first > self.tree.size() {
            self.find(&path, None, Problem::Missing { first: self.tree.size(), end: first });
            self.skip_to(first);
        } else if first < self.tree.size() {
            self.find(&path, None, Problem::Misnamed);
            return Ok(());
        }
        self.tree.begin_segment();
        let checkpoints = self.checkpoints(first, next.is_none())?;
        let subtrees_path = self.folder.file(Kind::Subtrees, first);
        let subtrees = match Subtrees::read(self.folder, first) {
            Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                self.find(&subtrees_path, None, Problem::BadSubtrees);
                None
            }
            read => read?,
        };
        if path.try_exists()? {
            // The known end of a file: where the next one begins, or what was signed.
            let signed = checkpoints.iter().map(Checkpoint::size).max();
            let end = next.or(signed);
            self.records(&path, first, end, next.is_some(), checkpoints)?;
            if let Some(subtrees) = subtrees
                && !self.lost
                && (subtrees.end != self.tree.size() || subtrees.subtrees != self.tree.subtrees())
            {
                self.find(&subtrees_path, None, Problem::BadSubtrees);
            }
            return Ok(());
        }
        let Some(subtrees) = subtrees else {
            let end = next.or(checkpoints.iter().map(Checkpoint::size).max()).unwrap_or(first);
            self.find(&path, None, Problem::Missing { first, end });
            self.skip_to(end);
            return Ok(());
        };
        if subtrees.end <= first || !subtrees.append_to(&mut self.tree) {
            self.find(&subtrees_path, None, Problem::BadSubtrees);
            self.skip_to(next.unwrap_or(subtrees.end));
            return Ok(());
        }
        self.missing_below = subtrees.end;
        // Only the end of a deleted segment can be compared.
        while let Some(head) = self.expected.next_if(|head| head.size < subtrees.end) {
            self.report.uncompared += 1;
            self.deleted_head = Some(head.size);
        }
        let end = checkpoints.into_iter().filter(|checkpoint| checkpoint.size() == subtrees.end);
        self.heads(&path, end.collect::<Vec<_>>().into_iter().peekable().by_ref());
        if self.proven < subtrees.end && !self.lost {
            self.find(&subtrees_path, None, Problem::BadSubtrees);
        }
        Ok(())
    }

    /// Continues at the next existing records; nothing after them can be compared with a root.
    fn skip_to(&mut self, size: u64) {
        self.lost = true;
        let mut tree = Tree::new();
        for level in (0..u64::BITS).rev().filter(|&level| size & (1 << level) != 0) {
            let appended = tree.append(super::tree::Subtree { level, hash: [0; 32] });
            debug_assert!(appended, "the bits of a number, highest first");
        }
        self.tree = tree;
    }

    /// The checkpoints of a segment with valid signatures, in order.
    fn checkpoints(&mut self, first: u64, is_last: bool) -> io::Result<Vec<Checkpoint>> {
        let path = self.folder.file(Kind::Checkpoints, first);
        let text = match read_or_empty(&path) {
            Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                self.find(&path, None, Problem::BadCheckpoint);
                return Ok(Vec::new());
            }
            read => read?,
        };
        let (mut notes, mut checkpoints) = (Notes::of(&text), Vec::<Checkpoint>::new());
        for (line, note) in notes.by_ref() {
            let line = u64::try_from(line).ok();
            match Checkpoint::open(note, self.key) {
                Ok(checkpoint)
                    if checkpoint.origin() == self.origin
                        && checkpoint.size() >= first
                        && checkpoints.last().is_none_or(|last| last.size() <= checkpoint.size()) =>
                {
                    checkpoints.push(checkpoint);
                }
                Ok(_) => self.find(&path, line, Problem::ForeignCheckpoint),
                Err(_) => self.find(&path, line, Problem::BadCheckpoint),
            }
        }
        let torn = notes.torn().len();
        if torn > 0 && is_last {
            self.report.torn += u64::try_from(torn).unwrap_or_default();
        } else if torn > 0 {
            self.find(&path, None, Problem::BadCheckpoint);
        }
        Ok(checkpoints)
    }

    fn records(
        &mut self,
        path: &Path,
        first: u64,
        end: Option<u64>,
        is_closed: bool,
        checkpoints: Vec<Checkpoint>,
    ) -> io::Result<()> {
        let index = read_bytes(&self.folder.file(Kind::Leaves, first))?;
        let file = BufReader::with_capacity(256 << 10, File::open(path)?);
        let mut records = Records::new(file, first, end, &index);
        let mut heads = checkpoints.into_iter().peekable();
        self.heads(path, &mut heads);
        while let Some(leaf) = records.next()? {
            self.leaf(path, leaf);
            self.heads(path, &mut heads);
        }
        if let Some(torn) = records.torn() {
            if is_closed || end.is_some_and(|end| self.tree.size() < end) {
                self.find(path, torn.0, Problem::Torn);
            } else {
                self.report.torn += torn.1;
            }
        }
        let signed = heads.map(|head| head.size()).max().or(end.filter(|_| is_closed));
        if let Some(signed) = signed.filter(|&signed| signed > self.tree.size()) {
            self.find(path, None, Problem::Truncated { signed, found: self.tree.size() });
            self.skip_to(signed);
        }
        Ok(())
    }

    /// Processes one place of the log, whatever it contains.
    fn leaf(&mut self, path: &Path, leaf: Leaf) {
        let Leaf { line, computed, indexed, problem, skip_to, event } = leaf;
        if let Some(event) = event {
            self.claims.add(self.tree.size(), &event);
        }
        let differs = indexed.is_some() && computed != indexed;
        if differs || problem.is_some() {
            self.indexed.get_or_insert_with(|| self.tree.clone());
        }
        let is_extra = problem == Some(Problem::Extra);
        if let Some(problem) = problem {
            self.find(path, line, problem);
        } else if differs && self.suspects.len() < MOST_FINDINGS {
            let record = self.tree.size();
            self.suspects.push(Finding::of(path, line, Problem::Changed { record }));
        }
        if let Some(size) = skip_to {
            self.skip_to(size);
        } else if let Some(own) = computed.or(indexed) {
            self.tree.push(own);
            if let Some(tree) = &mut self.indexed {
                tree.push(indexed.unwrap_or(own));
            }
        } else if !is_extra {
            self.skip_to(self.tree.size() + 1);
        }
    }

    /// Compares the tree with the heads of the same size.
    fn heads(&mut self, path: &Path, signed: &mut Peekable<vec::IntoIter<Checkpoint>>) {
        let size = self.tree.size();
        while let Some(head) = signed.next_if(|head| head.size() <= size) {
            if head.size() == size {
                self.head(path, head.root(), false);
            }
        }
        while let Some(head) = self.expected.next_if(|head| head.size <= size) {
            if head.size == size {
                self.head(path, head.root, true);
            }
        }
    }

    fn head(&mut self, path: &Path, root: Hash, is_expected: bool) {
        if self.lost {
            return;
        }
        self.compared |= is_expected;
        let size = self.tree.size();
        let suspects = std::mem::take(&mut self.suspects);
        if self.tree.root() == root {
            // The records are unchanged; the index was changed.
            if !suspects.is_empty() {
                self.find(path, None, Problem::BadIndex);
            }
            (self.proven, self.indexed) = (size, None);
            return;
        }
        if let Some(indexed) = self.indexed.take().filter(|indexed| indexed.root() == root) {
            // The index is unchanged, so it shows which records were changed.
            for suspect in suspects {
                self.find(&suspect.path, suspect.line, suspect.problem);
            }
            self.tree = indexed;
            self.proven = size;
            return;
        }
        for suspect in suspects {
            self.find(&suspect.path, suspect.line, suspect.problem);
        }
        if is_expected {
            self.find(path, None, Problem::OtherHead { size });
        } else if self.report.findings.is_empty() {
            self.find(path, None, Problem::ChangedRange { first: self.proven, end: size });
        }
        self.lost = self.proven != size;
    }
}

fn read_bytes(path: &PathBuf) -> io::Result<Vec<u8>> {
    match fs::read(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        read => read,
    }
}
