//! Opening a log: the existing log is checked before anything is added to it.

use std::{
    collections::VecDeque,
    error::Error,
    fmt,
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, BufReader, Read, Seek, SeekFrom},
    path::{Path, PathBuf},
    sync::{Arc, PoisonError},
    time::Instant,
};

use chrono::{DateTime, Utc};

use super::{
    super::AuditError,
    Checkpoint,
    append::{Appender, sync_folder},
    checkpoint::{self, Notes},
    claims::Claims,
    layout::{Folder, Kind},
    line::{self, Ending, Event, LogEvent},
    log::Log,
    options::LedgerOptions,
    segment::Subtrees,
    signer::{Closed, Shared, Signer},
    tree::{Hash, Tree, leaf_hash},
};
use crate::digest;

/// Why a log could not be opened. Nothing was changed.
#[derive(Debug)]
#[non_exhaustive]
pub enum OpenError {
    /// A file or folder cannot be used.
    Io {
        /// The file or folder.
        path: PathBuf,
        /// The error.
        error: io::Error,
    },
    /// The log does not match its signatures; [`verify`](super::verify) finds out more. To begin a new log, move the folder of this one away, and
    /// keep it.
    Damaged {
        /// The file.
        path: PathBuf,
        /// The line, from 1, if it is known.
        line: Option<u64>,
        /// What is wrong.
        problem: Box<str>,
    },
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io { path, error } => write!(f, "the audit log cannot be opened: {}: {error}", path.display()),
            Self::Damaged { path, line, problem } => {
                write!(f, "the audit log does not match its signatures: {}", path.display())?;
                if let Some(line) = line {
                    write!(f, ", line {line}")?;
                }
                write!(f, ": {problem}")
            }
        }
    }
}

impl Error for OpenError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Io { error, .. } => Some(error),
            Self::Damaged { .. } => None,
        }
    }
}

/// An error of this file or folder.
fn io_error(path: &Path) -> impl FnOnce(io::Error) -> OpenError {
    move |error| OpenError::Io { path: path.into(), error }
}

fn damaged(path: &Path, line: impl Into<Option<u64>>, problem: impl Into<Box<str>>) -> OpenError {
    OpenError::Damaged { path: path.into(), line: line.into(), problem: problem.into() }
}

/// Continues the first log of the directory that no process has open, or begins one.
pub(super) fn open(directory: &Path, options: LedgerOptions) -> Result<Arc<Shared>, OpenError> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(directory).map_err(io_error(directory))?;
    let mut free = None;
    for folder in Folder::all(directory).map_err(io_error(directory))? {
        if let Some(lock) = lock(&folder)? {
            free = Some((folder, lock));
            break;
        }
    }
    let (folder, lock) = match free {
        Some(free) => free,
        None => begin(directory)?,
    };
    let path = folder.path().to_owned();
    let mut left = ExistingLog::of(&folder, &options)?;
    let (events, unsigned) = (left.events(), std::mem::take(&mut left.unsigned));
    let shared = left.go_on(folder, options, lock).map_err(io_error(&path))?;
    let other = |error: AuditError| io_error(&path)(io::Error::other(error.to_string()));
    let first_words = || {
        shared.recompute_size(&shared.signer.lock().unwrap_or_else(PoisonError::into_inner))?;
        {
            let mut log = shared.lock()?;
            events.into_iter().try_for_each(|event| log.event(event))?;
        }
        shared.sign()?;
        close(&shared, unsigned)?;
        shared.expire()
    };
    first_words().map_err(other)?;
    Ok(Arc::new(shared))
}

/// Closes the segments that the last process could not close. This happens only after the log has recorded and signed that it takes them over.
fn close(shared: &Shared, unsigned: Vec<(u64, Segment, Tree)>) -> Result<(), AuditError> {
    let mut signer = shared.signer.lock().unwrap_or_else(PoisonError::into_inner);
    for (first, segment, tree) in unsigned {
        let mut file = Appender::open(shared.folder.file(Kind::Checkpoints, first), segment.checkpoints)?;
        let checkpoint = Checkpoint::sign(&shared.options.key, &shared.origin, tree.size(), tree.root());
        file.append(checkpoint.note().as_bytes())?;
        file.file().sync_data()?;
        Subtrees { end: tree.size(), subtrees: tree.subtrees() }.write(&shared.folder, first)?;
        // It is unknown when its last record was written, so its retention time starts now.
        signer.closed.push_back(Closed { first, end: tree.size(), at: Utc::now() });
    }
    Ok(())
}

/// A new log.
fn begin(directory: &Path) -> Result<(Folder, File), OpenError> {
    let folder = Folder::create(directory).map_err(io_error(directory))?;
    sync_folder(directory).map_err(io_error(directory))?;
    match lock(&folder)? {
        Some(lock) => Ok((folder, lock)),
        None => Err(io_error(folder.path())(io::ErrorKind::WouldBlock.into())),
    }
}

/// Locks a log for as long as the file is open; `None` if another process has.
fn lock(folder: &Folder) -> Result<Option<File>, OpenError> {
    let path = folder.lock();
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path).map_err(io_error(&path))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(io_error(&path)(error)),
    }
}

/// The state of a log as earlier processes left it.
struct ExistingLog {
    tree: Tree,
    /// The first record of the current segment.
    first: u64,
    segment: Option<Segment>,
    closed: VecDeque<Closed>,
    /// Closed segments that the last process could not sign, each with the tree at its end.
    unsigned: Vec<(u64, Segment, Tree)>,
    signed: u64,
    last: Option<Checkpoint>,
    claims: Claims,
    /// The number below which records may have been deleted, according to signed events of the log.
    deleted_below: u64,
}

/// A segment whose records were read.
struct Segment {
    /// The size of its complete lines in bytes.
    bytes: u64,
    /// The incomplete line after them.
    torn: Option<(u64, String)>,
    /// The size of its complete checkpoints in bytes.
    checkpoints: u64,
    leaves: Vec<Hash>,
    begun: Option<DateTime<Utc>>,
}

impl ExistingLog {
    fn of(folder: &Folder, options: &LedgerOptions) -> Result<Self, OpenError> {
        let mut left = Self {
            tree: Tree::new(),
            first: 0,
            segment: None,
            closed: VecDeque::new(),
            unsigned: Vec::new(),
            signed: 0,
            last: None,
            claims: Claims::default(),
            deleted_below: 0,
        };
        let segments = folder.segments().map_err(io_error(folder.path()))?;
        let mut missing_below = 0;
        for (at, &first) in segments.iter().enumerate() {
            let path = folder.file(Kind::Records, first);
            if first != left.tree.size() {
                let problem = format!(
                    "the records {} to {}, which precede this file, are missing",
                    left.tree.size(),
                    first.saturating_sub(1)
                );
                return Err(damaged(&path, None, problem));
            }
            left.tree.begin_segment();
            let there = path.try_exists().map_err(io_error(&path))?;
            let subtrees_path = folder.file(Kind::Subtrees, first);
            if let Some(subtrees) = Subtrees::read(folder, first).map_err(io_error(&subtrees_path))? {
                left.closed_segment(folder, options, first, &subtrees)?;
                if there {
                    check_ends(&path, first, subtrees.end)?;
                } else {
                    missing_below = subtrees.end;
                }
                continue;
            }
            if !there {
                return Err(damaged(&path, None, "the file is missing"));
            }
            let segment = left.read_segment(folder, options, first)?;
            if at + 1 < segments.len() {
                if segment.torn.is_some() {
                    return Err(damaged(&path, None, "the last line is incomplete"));
                }
                left.unsigned.push((first, segment, left.tree.clone()));
            } else {
                (left.first, left.segment) = (first, Some(segment));
            }
        }
        if left.segment.is_none() && !segments.is_empty() {
            let path = folder.file(Kind::Records, left.tree.size());
            return Err(damaged(&path, None, "the file is missing"));
        }
        left.deleted_below = left.claims.below(left.signed);
        if left.deleted_below < missing_below {
            let problem = format!(
                "the records below {missing_below} are missing, and the log has no entry that says they were deleted"
            );
            return Err(damaged(folder.path(), None, problem));
        }
        left.date(folder)?;
        Ok(left)
    }

    /// A segment that was closed and signed: the hashes of its subtrees represent its records.
    fn closed_segment(
        &mut self,
        folder: &Folder,
        options: &LedgerOptions,
        first: u64,
        subtrees: &Subtrees,
    ) -> Result<(), OpenError> {
        let path = folder.file(Kind::Subtrees, first);
        if subtrees.end <= first || !subtrees.append_to(&mut self.tree) {
            return Err(damaged(&path, None, "the subtrees do not match their place in the log"));
        }
        match last_checkpoint(folder, options, first)? {
            Some(last) if last.size() == self.tree.size() && last.root() == self.tree.root() => {
                self.signed = last.size();
                self.last = Some(last);
                self.closed.push_back(Closed { first, end: subtrees.end, at: DateTime::UNIX_EPOCH });
                Ok(())
            }
            _ => Err(damaged(&path, None, "the subtrees do not match the signed ones")),
        }
    }

    /// A segment that is open, or was not closed properly: all its records are read.
    fn read_segment(&mut self, folder: &Folder, options: &LedgerOptions, first: u64) -> Result<Segment, OpenError> {
        let path = folder.file(Kind::Records, first);
        let (checkpoints, checkpoint_bytes) = checkpoints(folder, options, first)?;
        let mut heads = checkpoints.iter().peekable();
        let mut segment =
            Segment { bytes: 0, torn: None, checkpoints: checkpoint_bytes, leaves: Vec::new(), begun: None };
        let file = File::open(&path).map_err(io_error(&path))?;
        let (mut file, mut line) = (BufReader::with_capacity(256 << 10, file), Vec::new());
        loop {
            while let Some(head) = heads.next_if(|head| head.size() <= self.tree.size()) {
                if head.size() < self.tree.size() || head.root() != self.tree.root() {
                    let problem = format!(
                        "the records up to this one do not match the signed ones (checkpoint of size {})",
                        head.size()
                    );
                    return Err(damaged(&path, self.tree.size() - first, problem));
                }
            }
            let Some(ending) = line::next(&mut file, &mut line).map_err(io_error(&path))? else { break };
            let number = self.tree.size() - first + 1;
            match ending {
                Ending::TooLong => return Err(damaged(&path, number, "the line is longer than any record")),
                Ending::EndOfFile => {
                    segment.torn = Some((u64::try_from(line.len()).unwrap_or_default(), digest::hex(&line)));
                    break;
                }
                Ending::Newline => {}
            }
            if line::number(&line) != Some(self.tree.size()) {
                return Err(damaged(&path, number, format!("this is not record {}", self.tree.size())));
            }
            if let Some(event) = Event::read(&line) {
                self.claims.add(self.tree.size(), &event);
                if number == 1 {
                    segment.begun = Some(event.time);
                }
            }
            let leaf = leaf_hash(&line);
            self.tree.push(leaf);
            segment.leaves.push(leaf);
            segment.bytes += u64::try_from(line.len()).unwrap_or_default() + 1;
        }
        if let Some(head) = heads.next() {
            let missing = head.size() - self.tree.size();
            let problem = format!("{missing} signed records are missing at the end: {} were signed", head.size());
            return Err(damaged(&path, None, problem));
        }
        if let Some(last) = checkpoints.into_iter().next_back() {
            self.signed = last.size();
            self.last = Some(last);
        }
        Ok(segment)
    }

    /// Determines when each segment got its last record, from the time in the first line of the next segment.
    fn date(&mut self, folder: &Folder) -> Result<(), OpenError> {
        // Segments that are deleted already, or were to be, are skipped.
        let mut newest = None;
        for segment in self.closed.iter_mut().filter(|segment| segment.end > self.deleted_below) {
            // An unsigned line must not make a segment older. Its time may be forged, but no segment is older than its own first record.
            let begun = match newest {
                Some(begun) => begun,
                None => begun(folder, segment.first)?,
            };
            segment.at =
                if segment.end < self.signed { begun.max(self::begun(folder, segment.end)?) } else { Utc::now() };
            newest = Some(segment.at);
        }
        Ok(())
    }

    /// The first events of this process: that it continues the log, and what was truncated. Unsigned records are counted up to the first event.
    fn events(&self) -> Vec<LogEvent> {
        let torn = self.segment.as_ref().and_then(|segment| segment.torn.clone());
        let cut = torn.map(|(bytes, sha256)| LogEvent::Cut { bytes, sha256 });
        [LogEvent::Opened { unsigned: self.tree.size() - self.signed }].into_iter().chain(cut).collect()
    }

    fn go_on(self, folder: Folder, options: LedgerOptions, lock: File) -> io::Result<Shared> {
        let (bytes, checkpoints, leaves, begun) = match self.segment {
            Some(segment) => (segment.bytes, segment.checkpoints, segment.leaves, segment.begun),
            None => (0, 0, Vec::new(), None),
        };
        let records = Appender::open(folder.file(Kind::Records, self.first), bytes)?;
        sync_folder(folder.path())?;
        let mut signer = Signer::open(&folder, self.first, checkpoints)?;
        // The index is not rewritten: where it differs from the records, it shows which were changed.
        let indexed = signer.index.seek(SeekFrom::End(0))? / 32;
        let rest = leaves.into_iter().skip(usize::try_from(indexed).unwrap_or(usize::MAX)).collect();
        signer.add_to_index(&(self.first + indexed, rest))?;
        (signer.closed, signer.last) = (self.closed, self.last);
        let mut log = Log::new(records, self.tree, self.signed, self.deleted_below, &options);
        let age = begun.and_then(|begun| (Utc::now() - begun).to_std().ok()).unwrap_or_default();
        log.begun = Instant::now().checked_sub(age).unwrap_or(log.begun);
        Ok(Shared::new(log, signer, folder, options, lock))
    }
}

/// The checkpoints of a segment, and their size in bytes. The signature of the last one is verified.
fn checkpoints(folder: &Folder, options: &LedgerOptions, first: u64) -> Result<(Vec<Checkpoint>, u64), OpenError> {
    let path = folder.file(Kind::Checkpoints, first);
    let text = super::layout::read_or_empty(&path).map_err(io_error(&path))?;
    let mut notes = Notes::of(&text);
    let mut checkpoints: Vec<Checkpoint> = Vec::new();
    let mut last = None;
    for (line, note) in notes.by_ref() {
        let line = u64::try_from(line).ok();
        let checkpoint = Checkpoint::read(note).map_err(|error| damaged(&path, line, error.to_string()))?;
        if checkpoint.origin() != folder.origin(options.key.name()) {
            return Err(damaged(
                &path,
                line,
                format!("this checkpoint belongs to another log: {}", checkpoint.origin()),
            ));
        }
        checkpoints.push(checkpoint);
        last = Some((line, note));
    }
    if let Some((line, note)) = last {
        Checkpoint::open(note, &options.key.verifying_key())
            .map_err(|error| damaged(&path, line, error.to_string()))?;
    }
    Ok((checkpoints, u64::try_from(text.len() - notes.torn().len()).unwrap_or_default()))
}

/// The last checkpoint of a closed segment. Earlier ones are left to the verifier.
fn last_checkpoint(folder: &Folder, options: &LedgerOptions, first: u64) -> Result<Option<Checkpoint>, OpenError> {
    let path = folder.file(Kind::Checkpoints, first);
    let text = match last_lines(&path, checkpoint::LINES) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        text => text.map_err(io_error(&path))?,
    };
    let note = std::str::from_utf8(&text).map_err(|error| damaged(&path, None, error.to_string()))?;
    let checkpoint = Checkpoint::open(note, &options.key.verifying_key())
        .map_err(|error| damaged(&path, None, error.to_string()))?;
    if checkpoint.origin() != folder.origin(options.key.name()) {
        return Err(damaged(&path, None, format!("this checkpoint belongs to another log: {}", checkpoint.origin())));
    }
    Ok(Some(checkpoint))
}

/// The last lines of a file.
fn last_lines(path: &Path, lines: usize) -> io::Result<Vec<u8>> {
    let mut file = File::open(path)?;
    let length = file.seek(SeekFrom::End(0))?;
    let mut window = 4 << 10;
    loop {
        let start = length.saturating_sub(window);
        file.seek(SeekFrom::Start(start))?;
        let mut text = Vec::new();
        file.by_ref().take(window).read_to_end(&mut text)?;
        let before = text.iter().enumerate().rev().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at + 1).nth(lines);
        if before.is_some() || start == 0 {
            text.drain(..before.unwrap_or_default());
            return Ok(text);
        }
        window *= 16;
    }
}

/// When a segment began: the time of its first line.
fn begun(folder: &Folder, first: u64) -> Result<DateTime<Utc>, OpenError> {
    let path = folder.file(Kind::Records, first);
    let (mut file, mut line) = (BufReader::new(File::open(&path).map_err(io_error(&path))?), Vec::new());
    line::next(&mut file, &mut line).map_err(io_error(&path))?;
    Ok(Event::read(&line).map_or_else(Utc::now, |event| event.time))
}

/// Checks that a closed file has its first and its last record. The records between them are left to the verifier.
fn check_ends(path: &Path, first: u64, end: u64) -> Result<(), OpenError> {
    let mut file = BufReader::new(File::open(path).map_err(io_error(path))?);
    let mut line = Vec::new();
    line::next(&mut file, &mut line).map_err(io_error(path))?;
    let begins = line::number(&line) == Some(first);
    let length = file.seek(SeekFrom::End(0)).map_err(io_error(path))?;
    let mut window = 64 << 10;
    let last = loop {
        file.seek(SeekFrom::Start(length.saturating_sub(window))).map_err(io_error(path))?;
        let (mut lines, mut last) = (0, None);
        while let Some(ending) = line::next(&mut file, &mut line).map_err(io_error(path))? {
            lines += 1;
            last = (ending == Ending::Newline).then(|| line::number(&line)).flatten();
        }
        // The first line of a window may be incomplete.
        if lines > 1 || window >= length {
            break last;
        }
        window *= 16;
    };
    if begins && last == end.checked_sub(1) {
        return Ok(());
    }
    Err(damaged(path, None, format!("the signed records {first} to {} are not all in this file", end - 1)))
}
