//! What a verifier finds, in words.

use std::{
    fmt,
    path::{Path, PathBuf},
};

/// Something that is not as it was signed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// The file.
    pub path: PathBuf,
    /// The line, from 1, where it is known.
    pub line: Option<u64>,
    /// What is wrong.
    pub problem: Problem,
}

/// What is wrong with a log. Records are numbered from 0, as in `seq`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Problem {
    /// The record is not the one that was written.
    Changed {
        /// Its number.
        record: u64,
    },
    /// At least one of these records is not the one that was signed. Which one could be told only from an index, which is not there.
    ChangedRange {
        /// The first that may have been changed.
        first: u64,
        /// The one after the last.
        end: u64,
    },
    /// The line is not a record.
    NotARecord {
        /// The record that should be there.
        record: u64,
    },
    /// There is a line too many: another record comes after it without a gap.
    Extra,
    /// Records are missing.
    Missing {
        /// The first one.
        first: u64,
        /// The one after the last.
        end: u64,
    },
    /// A record is in the place of another one.
    Moved {
        /// The record that should be there.
        record: u64,
        /// The one that is.
        found: u64,
    },
    /// Two records have changed places.
    Swapped {
        /// One of them.
        first: u64,
        /// The other one.
        second: u64,
    },
    /// The log ends before the last record that was signed.
    Truncated {
        /// How many records were signed.
        signed: u64,
        /// How many there are.
        found: u64,
    },
    /// A line that was signed has no end.
    Torn,
    /// A checkpoint is malformed, or its signature is not one of this key.
    BadCheckpoint,
    /// A checkpoint is of another log, or not in its place.
    ForeignCheckpoint,
    /// The log does not have the head that was expected.
    OtherHead {
        /// How many records it has.
        size: u64,
    },
    /// The head that was expected is of a time whose records were deleted in order, so it cannot be compared.
    DeletedHead {
        /// How many records it has.
        size: u64,
    },
    /// The log that was expected is not there.
    NoLog {
        /// How many records it had.
        signed: u64,
    },
    /// The hashes of a segment's subtrees are not those of its records, or were not signed.
    BadSubtrees,
    /// The index does not fit the records, which are as they were signed.
    BadIndex,
    /// A file has the name of another place in the log.
    Misnamed,
}

impl Finding {
    pub(super) fn of(path: &Path, line: impl Into<Option<u64>>, problem: Problem) -> Self {
        Self { path: path.into(), line: line.into(), problem }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.path.display())?;
        if let Some(line) = self.line {
            write!(f, ", line {line}")?;
        }
        write!(f, ": {}", self.problem)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Changed { record } => write!(f, "record {record} was changed"),
            Self::ChangedRange { first, end } if first + 1 == *end => write!(f, "record {first} was changed"),
            Self::ChangedRange { first, end } => {
                write!(f, "at least one of the records {first} to {} was changed", end.saturating_sub(1))
            }
            Self::NotARecord { record } => {
                write!(f, "record {record} was changed: the line does not begin with its number")
            }
            Self::Extra => f.write_str("a line was inserted"),
            Self::Missing { first, end } if first + 1 == *end => write!(f, "record {first} is missing"),
            Self::Missing { first, end } => write!(f, "the records {first} to {} are missing", end.saturating_sub(1)),
            Self::Moved { record, found } => write!(f, "record {found} is where record {record} should be"),
            Self::Swapped { first, second } => write!(f, "the records {first} and {second} were swapped"),
            Self::Truncated { signed, found } => {
                write!(f, "the log was truncated: {signed} records were signed, {found} are left")
            }
            Self::Torn => f.write_str("the last line was signed, but it is incomplete"),
            Self::BadCheckpoint => f.write_str("bad signature: this is not a checkpoint signed with this key"),
            Self::ForeignCheckpoint => {
                f.write_str("the checkpoint belongs to another log or to another place in this log")
            }
            Self::OtherHead { size } => {
                write!(f, "the first {size} records do not match the expected head: the log was rewritten")
            }
            Self::DeletedHead { size } => {
                write!(
                    f,
                    "the expected head of {size} records cannot be compared: some of them were deleted; use a newer one"
                )
            }
            Self::NoLog { signed } => write!(f, "the log is missing: {signed} of its records were signed"),
            Self::BadSubtrees => f.write_str("the hashes of the subtrees do not match the signed ones"),
            Self::BadIndex => f.write_str("the index was changed; the records match their signatures"),
            Self::Misnamed => f.write_str("the name of the file does not match its place in the log"),
        }
    }
}
