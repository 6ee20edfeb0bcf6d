//! The codes of calls that did not succeed.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The stable, machine-readable outcome of a call that did not succeed.
///
/// It is in the text of the answer, in its `_meta` under `secure-tool/refusal`, in the audit record and in the span's `secure_tool.code`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Code {
    /// There is no such tool, or it is switched off or hidden; the caller cannot distinguish these cases.
    UnknownTool,
    /// The call carries no valid identity.
    Unauthenticated,
    /// The credential lacks a scope.
    InsufficientScope,
    /// Too many calls.
    RateLimited,
    /// The arguments do not match the schema, or the tool cannot use them.
    InvalidArguments,
    /// There is no such object, or it is not the caller's; the caller cannot distinguish these cases.
    NotFound,
    /// The state of the object does not allow it.
    Conflict,
    /// Something is down or busy.
    Unavailable,
    /// The call took longer than the timeout of the tool. Nothing has changed, because the tool only reads or was not started.
    Timeout,
    /// The tool may write and had started, and the guard does not know how it ended: it took longer than its timeout, panicked, was ended by an
    /// operator or because the server stopped, or its outcome could not be recorded. The operation may have happened.
    OutcomeUnknown,
    /// The caller may not do this.
    Forbidden,
    /// An internal error.
    Internal,
    /// The answer was larger than the limit of the tool.
    OutputTooLarge,
    /// A person has to confirm the call but has not, or the confirmation is not valid.
    ConfirmationRequired,
    /// A person was asked and declined.
    Declined,
    /// The client disconnected or cancelled the call. Nobody receives this code; it is in the audit record.
    Cancelled,
    /// Another tool must have succeeded before, for the same caller and the same object. The message names it.
    OutOfOrder,
}

impl Code {
    /// The code on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::UnknownTool => "unknown_tool",
            Self::Unauthenticated => "unauthenticated",
            Self::InsufficientScope => "insufficient_scope",
            Self::RateLimited => "rate_limited",
            Self::InvalidArguments => "invalid_arguments",
            Self::NotFound => "not_found",
            Self::Conflict => "conflict",
            Self::Unavailable => "unavailable",
            Self::Timeout => "timeout",
            Self::OutcomeUnknown => "outcome_unknown",
            Self::Forbidden => "forbidden",
            Self::Internal => "internal",
            Self::OutputTooLarge => "output_too_large",
            Self::ConfirmationRequired => "confirmation_required",
            Self::Declined => "declined",
            Self::Cancelled => "cancelled",
            Self::OutOfOrder => "out_of_order",
        }
    }

    /// The default text for the model or the client, for all kinds of items.
    pub(crate) const fn sentence(self) -> &'static str {
        match self {
            Self::UnknownTool => "There is no such tool.",
            Self::Unauthenticated => "This call requires an authenticated caller.",
            Self::InsufficientScope => "The credential lacks a scope that this call requires.",
            Self::RateLimited => "Too many calls of this kind.",
            Self::InvalidArguments => "The arguments do not match the published schema.",
            Self::NotFound => "There is no such object for this caller.",
            Self::Conflict => "The current state of the object does not allow this.",
            Self::Unavailable => "The server cannot answer this call right now.",
            Self::Timeout => "The server did not answer in time.",
            Self::OutcomeUnknown => {
                "The outcome is unknown: the operation may have been carried out. Do not repeat the call. First check the state of the objects that it acts on."
            }
            Self::Forbidden => "This caller is not allowed to do that.",
            Self::Internal => "Internal error. Retrying is unlikely to help.",
            Self::OutputTooLarge => "The answer would be too large. Request less data.",
            Self::ConfirmationRequired => "A person has to confirm this call.",
            Self::Declined => "A person was asked and declined. Do not retry the call.",
            Self::Cancelled => "The call was cancelled.",
            Self::OutOfOrder => "Another tool has to be called before this one.",
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
