//! The findings of the verifier.

use std::{
    fmt,
    path::{Path, PathBuf},
};

/// A place where a log does not match its signatures.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// The file.
    pub path: PathBuf,
    /// The line, from 1, if it is known.
    pub line: Option<u64>,
    /// What is wrong.
    pub problem: Problem,
}

/// What is wrong with a log. Records are numbered from 0, as in `seq`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Problem {
    /// The record was changed.
    Changed {
        /// The number of the record.
        record: u64,
    },
    /// At least one of these records was changed. Without an index it cannot be determined which one.
    ChangedRange {
        /// The first record that may have been changed.
        first: u64,
        /// The number after the last one.
        end: u64,
    },
    /// The line is not a record.
    NotARecord {
        /// The record that should be there.
        record: u64,
    },
    /// There is an extra line: the following records have no gap.
    Extra,
    /// Records are missing.
    Missing {
        /// The first one.
        first: u64,
        /// The number after the last one.
        end: u64,
    },
    /// A record is in the wrong place.
    Moved {
        /// The record that should be there.
        record: u64,
        /// The record that is there.
        found: u64,
    },
    /// Two records were swapped.
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
        /// How many records there are.
        found: u64,
    },
    /// A signed line is incomplete.
    Torn,
    /// A checkpoint is malformed, or its signature is not from this key.
    BadCheckpoint,
    /// A checkpoint belongs to another log, or to another place in this log.
    ForeignCheckpoint,
    /// The log does not match the expected head.
    OtherHead {
        /// How many records the head has.
        size: u64,
    },
    /// The expected head cannot be compared, because some of its records were deleted after their retention time.
    DeletedHead {
        /// How many records the head has.
        size: u64,
    },
    /// The expected log is missing.
    NoLog {
        /// How many records the log had.
        signed: u64,
    },
    /// The subtree hashes of a segment do not match its records or the signed root.
    BadSubtrees,
    /// The index does not match the records, which match their signatures.
    BadIndex,
    /// The name of a file does not match its place in the log.
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
