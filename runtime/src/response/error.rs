//! Why a call failed, for the application that made it.

use std::{fmt, time::Duration};

use serde::{Serialize, Serializer};
use serde_json::{Map, Value, json};

use crate::{
    ArgumentProblem, CallId, Code,
    guard::refusal::{Refusal, seconds_up},
};

/// Why a call failed, as far as the caller may know. The cause is in the audit record with the [id of the call](Self::call_id).
///
/// `Display` shows the text that the model reads, and it is serialized like `secure-tool/refusal` in the `_meta` of a tool result.
#[derive(Clone)]
pub struct CallError {
    call_id: CallId,
    refusal: Refusal,
}

impl CallError {
    pub(crate) fn new(call_id: CallId, refusal: Refusal) -> Self {
        Self { call_id, refusal }
    }

    /// The id of the call, by which the cause can be found in the audit record.
    #[must_use]
    pub fn call_id(&self) -> CallId {
        self.call_id
    }

    /// The stable, machine-readable reason.
    #[must_use]
    pub fn code(&self) -> Code {
        self.refusal.code()
    }

    /// What happened, in a sentence.
    #[must_use]
    pub fn message(&self) -> &str {
        self.refusal.explanation()
    }

    /// How long to wait before the next attempt, if waiting helps.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.refusal.detail().retry_after
    }

    /// All scopes that the tool requires, if the credential [lacks](Code::InsufficientScope) one of them.
    #[must_use]
    pub fn scopes(&self) -> &[String] {
        &self.refusal.detail().scopes
    }

    /// The problems with the arguments, if they do not [match](Code::InvalidArguments) the input schema.
    #[must_use]
    pub fn problems(&self) -> &[ArgumentProblem] {
        &self.refusal.detail().problems
    }

    /// For programs.
    pub(crate) fn to_json(&self) -> Value {
        let mut details = Map::new();
        details.insert("call_id".into(), self.call_id.to_string().into());
        details.insert("code".into(), self.code().as_str().into());
        if let Some(after) = self.retry_after() {
            details.insert("retry_after".into(), seconds_up(after).into());
        }
        if !self.scopes().is_empty() {
            details.insert("scope".into(), self.scopes().join(" ").into());
        }
        if !self.problems().is_empty() {
            details.insert("problems".into(), json!(self.problems()));
        }
        Value::Object(details)
    }
}

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (call {})", self.refusal, self.call_id)
    }
}

/// Does not show the cause: a `{:?}` in an application's log must not undo the masking.
impl fmt::Debug for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallError")
            .field("call_id", &self.call_id)
            .field("code", &self.code())
            .field("message", &self.message())
            .finish_non_exhaustive()
    }
}

impl std::error::Error for CallError {}

impl Serialize for CallError {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_json().serialize(serializer)
    }
}
