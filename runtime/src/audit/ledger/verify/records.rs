//! Reads the places of a log from a file that may have been tampered with.

use std::{
    collections::VecDeque,
    io::{self, BufRead},
};

use super::{
    super::{
        Hash,
        line::{self, Ending, Event},
        tree::leaf_hash,
    },
    Problem,
};

/// One place of the log.
pub(super) struct Leaf {
    /// The line of the file, if there is one for this place.
    pub(super) line: Option<u64>,
    /// The hash of the line.
    pub(super) computed: Option<Hash>,
    /// The hash in the index.
    pub(super) indexed: Option<Hash>,
    /// The problem, as far as it can be seen from the lines.
    pub(super) problem: Option<Problem>,
    /// The records before this one are unknown.
    pub(super) skip_to: Option<u64>,
    /// The event, if the line is an event of the log itself.
    pub(super) event: Option<Event>,
}

struct Line {
    bytes: Vec<u8>,
    seq: Option<u64>,
    number: u64,
}

/// Reads the lines of one file with one line of lookahead.
pub(super) struct Records<'a, R> {
    file: R,
    first: u64,
    /// The number of the next record.
    place: u64,
    /// The number after the last record, if it is known.
    end: Option<u64>,
    index: &'a [u8],
    ahead: VecDeque<Line>,
    lines: u64,
    /// Records up to here are missing, and are taken from the index.
    missing_to: u64,
    torn: Option<(u64, u64)>,
}

impl<'a, R: BufRead> Records<'a, R> {
    pub(super) fn new(file: R, first: u64, end: Option<u64>, index: &'a [u8]) -> Self {
        let (place, missing_to) = (first, first);
        Self { file, first, place, end, index, ahead: VecDeque::with_capacity(2), lines: 0, missing_to, torn: None }
    }

    /// The incomplete line, and its size in bytes.
    pub(super) fn torn(&self) -> Option<(u64, u64)> {
        self.torn
    }

    fn read(&mut self) -> io::Result<Option<Line>> {
        let mut bytes = Vec::new();
        let Some(ending) = line::next(&mut self.file, &mut bytes)? else { return Ok(None) };
        self.lines += 1;
        if ending == Ending::Newline {
            let seq = line::number(&bytes);
            return Ok(Some(Line { bytes, seq, number: self.lines }));
        }
        self.torn = Some((self.lines, u64::try_from(bytes.len()).unwrap_or(u64::MAX)));
        Ok(None)
    }

    fn indexed(&self, record: u64) -> Option<Hash> {
        let at = usize::try_from(record.checked_sub(self.first)?).ok()?.checked_mul(32)?;
        let hash: Hash = self.index.get(at..)?.get(..32)?.try_into().ok()?;
        (hash != [0; 32]).then_some(hash)
    }

    /// The next place. `None` at the end of the file.
    pub(super) fn next(&mut self) -> io::Result<Option<Leaf>> {
        if self.place < self.missing_to {
            return Ok(Some(self.missing(None)));
        }
        while self.ahead.len() < 2
            && self.torn.is_none()
            && let Some(line) = self.read()?
        {
            self.ahead.push_back(line);
        }
        let Some(line) = self.ahead.pop_front() else { return Ok(None) };
        let (place, number) = (self.place, Some(line.number));
        let follower = self.ahead.front().map(|line| line.seq);
        let next = follower.unwrap_or(self.end);
        let nothing = Leaf { line: number, computed: None, indexed: None, problem: None, skip_to: None, event: None };
        Ok(Some(match line.seq {
            Some(seq) if seq == place => self.take(&line, None),
            Some(seq) if seq > place && next == seq.checked_add(1) && self.end.is_none_or(|end| seq < end) => {
                let problem = Some(Problem::Missing { first: place, end: seq });
                self.ahead.push_front(line);
                if (place..seq).all(|record| self.indexed(record).is_some()) {
                    self.missing_to = seq;
                    Leaf { line: number, ..self.missing(problem) }
                } else {
                    self.place = seq;
                    Leaf { problem, skip_to: Some(seq), ..nothing }
                }
            }
            seq if follower == Some(Some(place)) && seq.is_none_or(|seq| seq < place) => {
                Leaf { problem: Some(Problem::Extra), ..nothing }
            }
            Some(found) => self.take(&line, Some(Problem::Moved { record: place, found })),
            None => self.take(&line, Some(Problem::NotARecord { record: place })),
        }))
    }

    fn take(&mut self, line: &Line, problem: Option<Problem>) -> Leaf {
        let indexed = self.indexed(self.place);
        self.place += 1;
        let computed = Some(leaf_hash(&line.bytes));
        let event = Event::read(&line.bytes);
        Leaf { line: Some(line.number), computed, indexed, problem, skip_to: None, event }
    }

    fn missing(&mut self, problem: Option<Problem>) -> Leaf {
        let indexed = self.indexed(self.place);
        self.place += 1;
        Leaf { line: None, computed: None, indexed, problem, skip_to: None, event: None }
    }
}
