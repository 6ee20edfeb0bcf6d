//! The stored answers for repeated calls.

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

/// The stored answer of an earlier call.
pub(crate) enum Answered {
    /// Whether it involves an object of somebody else, to which the override scope gave access.
    Released(Box<Released>, bool),
    Refused(Refusal),
}

/// The end of a call, for repeated calls.
pub(super) enum Ended {
    /// It happened.
    Done(Kept),
    /// Nothing happened: the call can be repeated.
    Undone,
    /// Unknown.
    Unknown,
}

/// A stored answer: the released answer, or the error of the body.
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
    /// There was an answer, but it was not stored.
    Not,
}

/// Kinds, and how often each was found.
type Counts = Vec<(String, u32)>;

impl Kept {
    fn released(released: &Released, overridden: bool) -> Self {
        // An answer that is certainly too long is not serialized.
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

    /// The bytes to seal. Serialization cannot fail; if it did, the answer would be read as not stored.
    pub(super) fn write(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// The stored answer, if this version knows its format.
    pub(super) fn read(plain: &[u8]) -> Option<Self> {
        serde_json::from_slice(plain).ok()
    }

    /// The answer, if it was stored.
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

/// The end of a call that has begun.
///
/// The error of a body is its answer. `unavailable` means that nothing has happened; after an internal error or a panic it is unknown what the body
/// has done.
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
        // The body has ended, even if its answer was not sent.
        (Stage::Body | Stage::Release, _) => Ended::Done(Kept::refused(refusal)),
        // The intent was not recorded, or the credential has expired: the body did not start.
        _ => Ended::Undone,
    }
}
