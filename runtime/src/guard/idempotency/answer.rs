//! What is kept of an answer for those who repeat the call.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    Call, Content,
    guard::{body, refusal::Refusal},
    outcome::{Code, OwnerOutcome, Stage},
    output::{Released, scan::Masked},
    store::MOST_ANSWER,
};

/// What an earlier call was answered.
pub(crate) enum Answered {
    /// And whether there is something of somebody else in it, or about it, which the override scope let the caller have.
    Released(Box<Released>, bool),
    Refused(Refusal),
}

/// How a call ended, for those who repeat it.
pub(super) enum Ended {
    /// It happened.
    Done(Kept),
    /// Nothing happened: it can be made again.
    Undone,
    /// Nobody knows.
    Unknown,
}

/// An answer as it is kept: the one that was released, or what the body refused the call with.
#[derive(Serialize, Deserialize)]
pub(super) enum Kept {
    Released {
        content: Vec<Content>,
        structured: Option<Value>,
        bytes: usize,
        copied: usize,
        masked: Counts,
        cleaned: Counts,
        inspected: Counts,
        overridden: bool,
    },
    Refused {
        code: Code,
        message: String,
        retry_after: Option<Duration>,
    },
    /// There was one, which is not kept.
    Not,
}

/// Kinds, and how often each was found.
type Counts = Vec<(String, u32)>;

impl Kept {
    fn released(released: &Released, overridden: bool) -> Self {
        // What is too long for sure is not even written.
        if released.memory() > MOST_ANSWER {
            return Self::Not;
        }
        let Released {
            content,
            voices: _,
            structured,
            file: _,
            bytes,
            copied,
            masked,
            cleaned,
            inspected,
            repeated: _,
        } = released;
        Self::Released {
            content: content.clone(),
            structured: structured.clone(),
            bytes: *bytes,
            copied: *copied,
            masked: counts(masked),
            cleaned: counts(cleaned),
            inspected: counts(inspected),
            overridden,
        }
    }

    fn refused(refusal: &Refusal) -> Self {
        let detail = refusal.detail();
        Self::Refused { code: detail.code, message: detail.message.to_string(), retry_after: detail.retry_after }
    }

    /// As it is sealed. Nothing in it can fail to be written; if it did, it would be read as not kept.
    pub(super) fn write(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// What was written, if this version knows its form.
    pub(super) fn read(plain: &[u8]) -> Option<Self> {
        serde_json::from_slice(plain).ok()
    }

    /// The answer, if it was kept.
    pub(super) fn into_answer(self) -> Option<Answered> {
        match self {
            Self::Released { content, structured, bytes, copied, masked, cleaned, inspected, overridden } => {
                let released = Released {
                    content,
                    voices: Vec::new(),
                    structured,
                    file: None,
                    bytes,
                    copied,
                    masked: masked_of(masked),
                    cleaned: masked_of(cleaned),
                    inspected: masked_of(inspected),
                    repeated: true,
                };
                Some(Answered::Released(Box::new(released), overridden))
            }
            Self::Refused { code, message, retry_after } => {
                Some(Answered::Refused(Refusal::repeated(code, message, retry_after)))
            }
            Self::Not => None,
        }
    }
}

fn counts(masked: &Masked) -> Counts {
    masked.iter().map(|(kind, count)| (kind.to_owned(), count)).collect()
}

fn masked_of(counts: Counts) -> Masked {
    Masked::counted(counts.into_iter().map(|(kind, count)| (kind.into(), count)))
}

/// How a call ended that has begun.
///
/// What its body says of itself is its answer. `unavailable` says that nothing has happened; of a body that failed inside, or panicked, nobody knows what
/// it has done.
pub(super) fn end(call: &Call, outcome: Result<&Released, &Refusal>) -> Ended {
    let refusal = match outcome {
        _ if !call.has_started() => return Ended::Undone,
        Ok(released) => return Ended::Done(Kept::released(released, call.owner() == OwnerOutcome::Overridden)),
        Err(refusal) => refusal,
    };
    let detail = refusal.detail();
    match (detail.stage, detail.code) {
        _ if body::is_unknown(detail.rule) => Ended::Unknown,
        (Stage::Body, Code::Unavailable) => Ended::Undone,
        (Stage::Body, Code::Internal | Code::OutcomeUnknown) => Ended::Unknown,
        // The body has ended, also where its answer did not leave.
        (Stage::Body | Stage::Release, _) => Ended::Done(Kept::refused(refusal)),
        // The intent was not recorded, or the credential has expired: the body did not start.
        _ => Ended::Undone,
    }
}
