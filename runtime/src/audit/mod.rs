//! The audit records of calls.

mod failed_logins;
#[cfg(feature = "ledger")]
pub mod ledger;
mod lines;
mod log_file;
mod memory;
pub(crate) mod output;
pub(crate) mod redact;
mod refusals;
mod stderr;

use std::{borrow::Cow, fmt, sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use serde::{Serialize, Serializer, ser::SerializeStruct};

pub use failed_logins::{FailedLoginReason, FailedLogins};
pub use lines::{Durability, JsonLines};
pub use memory::MemorySink;
pub use output::{AuditOutput, RecordedOutput};
pub use redact::RecordedArguments;
pub use refusals::RefusalBurst;
pub use stderr::StderrSink;

use crate::{
    Caller, ItemKind,
    outcome::{BodyState, CallId, Code, OwnerOutcome, Stage},
    output::scan::Masked,
};

/// The version of the serialized form of [`AuditRecord`]. It is incremented when a field is removed or changes its meaning; a reader must ignore
/// unknown fields.
///
/// | version | |
/// |---|---|
/// | 1 | one record for every call |
/// | 2 | `phase`, `body` and `answered`: a call that may write has two records, and `allowed` no longer says that the answer left; refused calls beyond a budget are counted in events with the `kind` `refusals` |
pub const RECORD_VERSION: u16 = 2;

/// How a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Decision {
    /// Every stage before the body let the call pass, and the body is about to start: the decision of every [intent](Phase::Intent).
    Admitted,
    /// The body ran to its end without an error. Its answer left, unless the caller had been [answered](AuditRecord::answered) before.
    Allowed,
    /// The guard refused the call.
    Refused,
    /// The body ran and failed, panicked, or returned too much.
    Failed,
    /// The client disconnected or cancelled the call.
    Cancelled,
    /// The caller was [revoked](crate::Revocations) while the call ran or waited for a person, or its credential expired before the body.
    Revoked,
    /// A question was sent; the answer, if there is one, comes with another call.
    Asked,
    /// An operator turned a [switch](crate::Switches) off that ended the call while it ran or waited.
    Halted,
}

impl Decision {
    /// The name of the decision in the record.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Admitted => "admitted",
            Self::Allowed => "allowed",
            Self::Refused => "refused",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Revoked => "revoked",
            Self::Asked => "asked",
            Self::Halted => "halted",
        }
    }
}

/// Which of the records of a call this is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Phase {
    /// The only record: the tool only reads, or its body did not start.
    Call,
    /// The first of two: the body of a tool that may write is about to start. The sink has accepted it before the body starts.
    Intent,
    /// The second of two, written when the body ends, however late that is. An intent without an outcome belongs to a body that is still running, or
    /// to a process that ended first: then check the affected system for what it did.
    Outcome,
}

/// What the guard answered before the body ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Answered {
    /// [`outcome_unknown`](Code::OutcomeUnknown), because the call took too long.
    Timeout,
    /// Nothing, because the client disconnected or cancelled the call.
    Cancelled,
    /// [`outcome_unknown`](Code::OutcomeUnknown), because the caller was [revoked](crate::Revocations).
    Revoked,
    /// [`outcome_unknown`](Code::OutcomeUnknown), because an operator turned a [switch](crate::Switches) off.
    Halted,
}

/// Who confirmed a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ConfirmedBy {
    /// The person at the client, according to the client.
    Client,
    /// A person outside of the conversation.
    Operator(Approval),
}

/// An approval by an operator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Approval {
    /// Who approved.
    pub subject: Box<str>,
    /// The approver's tenant.
    pub tenant: Option<Box<str>>,
    /// The client that the approver used.
    pub client: Option<Box<str>>,
    /// The actor that acted for the approver.
    pub actor: Option<Box<str>>,
    /// The issuer of the credential of the approver.
    pub issuer: Option<Box<str>>,
    /// The id of the approver's token.
    pub token_id: Option<Box<str>>,
    /// The id of the approver's key.
    pub key_id: Option<Box<str>>,
    /// When the call was approved (UTC).
    pub time: DateTime<Utc>,
    /// What was approved: [`ApprovalRequest::digest`](crate::ApprovalRequest::digest).
    pub digest: Box<str>,
}

impl Approval {
    pub(crate) fn new(by: &Caller, digest: String) -> Self {
        Self {
            subject: by.subject().into(),
            tenant: by.tenant().map(Into::into),
            client: by.client().map(Into::into),
            actor: by.actor().map(Into::into),
            issuer: by.issuer().map(Into::into),
            token_id: by.token_id().map(Into::into),
            key_id: by.key_id().map(Into::into),
            time: Utc::now(),
            digest: digest.into(),
        }
    }
}

/// The audit record of a call. A call of a tool that only reads, and a call that is refused before its body, leaves one record; in a flood of
/// refusals only the first ones do, and the others are counted ([`RefusalBurst`]). A call of a tool that may write (any that is not `read_only`)
/// leaves two records with the same [`call_id`](Self::call_id): an [intent](Phase::Intent) before its body starts, and an [outcome](Phase::Outcome)
/// when the body has ended, even if that is long after the caller was answered.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct AuditRecord {
    /// Which of the records of the call this is.
    pub phase: Phase,
    /// When the call arrived (UTC).
    pub time: DateTime<Utc>,
    /// The id of the call, which the model sees in a refusal.
    pub call_id: CallId,
    /// The trace id that the client sent (W3C Trace Context), if any.
    pub trace_id: Option<Box<str>>,
    /// The [environment](crate::ServerBuilder::environment) of the server, if it is set.
    pub environment: Option<Arc<str>>,
    /// The kind of item that was requested. Serialized as `item_kind`, because `kind` marks the lines of the log that are not about a call.
    pub kind: ItemKind,
    /// The MCP method of the request, such as `tools/call`, even if the call came from within the process.
    pub method: &'static str,
    /// The name of the tool or other item; `None` if there is no item with the requested name.
    pub tool: Option<Arc<str>>,
    /// The declared version of the tool.
    pub tool_version: Option<&'static str>,
    /// Who called; `None` without a credential.
    pub caller: Option<Arc<Caller>>,
    /// How it ended.
    pub decision: Decision,
    /// In an outcome: what the caller was answered while the body was still running, if the guard did not wait for its end. The other fields still
    /// describe how the body ended, as far as the guard knows.
    pub answered: Option<Answered>,
    /// The stage at which it ended.
    pub stage: Stage,
    /// The check that ended it, or `allowed`. The guide has a list of [all rules](crate::guide::audit#the-rules).
    pub rule: &'static str,
    /// How far the body got.
    pub body: BodyState,
    /// What the guard found out about ownership.
    pub owner: OwnerOutcome,
    /// How many keys of lists with `#[arg(skip_foreign)]` were left out, because the object does not exist or is not the caller's.
    pub skipped: usize,
    /// How many of these keys name an object of somebody else.
    pub skipped_foreign: usize,
    /// Whether it accessed a [canary](crate::Resource::canary), regardless of its owner. The caller does not notice.
    pub canary: bool,
    /// Whether its limits were counted only by this process, because the [shared store](crate::store::WhenDown) was down.
    pub degraded: bool,
    /// The arguments, redacted: see `#[arg(audit = …)]`.
    pub arguments: Option<RecordedArguments>,
    /// The arguments that the person at the client has given, and not the model.
    pub asked: Box<[&'static str]>,
    /// Who confirmed the call, if a confirmation was required and was given for exactly this call; what happened then is in `decision`.
    pub confirmed_by: Option<ConfirmedBy>,
    /// The code of the refusal or failure.
    pub code: Option<Code>,
    /// How many bytes of content were sent.
    pub output_bytes: usize,
    /// What was masked in the answer, even if it was withheld, or in the message of a failure.
    pub masked: Masked,
    /// What was removed from [`Untrusted`](crate::Untrusted) texts in the answer.
    pub cleaned: Masked,
    /// What [detectors](crate::Inspect) decided about these texts: the name of the detector, a dot, and `passed`, `masked`, `replaced`, `refused` or
    /// `panicked`.
    pub inspected: Masked,
    /// The answer, as configured by `audit_output`: see [`AuditOutput`]. `None` if it was withheld.
    pub output: Option<RecordedOutput>,
    /// The time from arrival to answer; in an outcome, to the end of the body.
    pub duration: Duration,
    /// The cause of an internal error. It appears only here.
    pub cause: Option<String>,
    /// Whether the answer, or the refusal, is that of an earlier call of an `idempotent(…)` tool, which was sent again. The body did not run.
    pub repeated: bool,
}

impl Serialize for AuditRecord {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let caller = self.caller.as_deref();
        let mut record = serializer.serialize_struct("AuditRecord", 38)?;
        record.serialize_field("version", &RECORD_VERSION)?;
        record.serialize_field("phase", &self.phase)?;
        record.serialize_field("time", &self.time)?;
        record.serialize_field("call_id", &self.call_id)?;
        record.serialize_field("trace_id", &self.trace_id)?;
        record.serialize_field("environment", &self.environment.as_deref())?;
        record.serialize_field("item_kind", &self.kind)?;
        record.serialize_field("method", self.method)?;
        record.serialize_field("tool", &self.tool.as_deref())?;
        record.serialize_field("tool_version", &self.tool_version)?;
        record.serialize_field("caller", &caller.map(Caller::subject))?;
        record.serialize_field("tenant", &caller.and_then(Caller::tenant))?;
        record.serialize_field("client", &caller.and_then(Caller::client))?;
        record.serialize_field("actor", &caller.and_then(Caller::actor))?;
        record.serialize_field("issuer", &caller.and_then(Caller::issuer))?;
        record.serialize_field("token_id", &caller.and_then(Caller::token_id))?;
        record.serialize_field("key_id", &caller.and_then(Caller::key_id))?;
        record.serialize_field("decision", &self.decision)?;
        record.serialize_field("answered", &self.answered)?;
        record.serialize_field("stage", &self.stage)?;
        record.serialize_field("rule", self.rule)?;
        record.serialize_field("body", &self.body)?;
        record.serialize_field("owner", &self.owner)?;
        record.serialize_field("skipped", &self.skipped)?;
        record.serialize_field("skipped_foreign", &self.skipped_foreign)?;
        record.serialize_field("canary", &self.canary)?;
        record.serialize_field("degraded", &self.degraded)?;
        record.serialize_field("arguments", &self.arguments)?;
        record.serialize_field("asked", &self.asked)?;
        record.serialize_field("confirmed_by", &self.confirmed_by)?;
        record.serialize_field("code", &self.code)?;
        record.serialize_field("output_bytes", &self.output_bytes)?;
        record.serialize_field("masked", &self.masked)?;
        record.serialize_field("cleaned", &self.cleaned)?;
        record.serialize_field("inspected", &self.inspected)?;
        record.serialize_field("output", &self.output)?;
        record.serialize_field("duration_us", &u64::try_from(self.duration.as_micros()).unwrap_or(u64::MAX))?;
        record.serialize_field("cause", &self.cause)?;
        record.serialize_field("repeated", &self.repeated)?;
        record.end()
    }
}

/// Where audit records go.
///
/// | sink | for | if it cannot keep a record |
/// |---|---|---|
/// | [`JsonLines`] | a file | the call is refused ([`AuditFailure`]) |
/// | `ledger::Ledger` (feature `ledger`) | tamper-evident files | the call is refused |
/// | [`StderrSink`] | standard error and other pipes, best effort | the record is lost, and counted |
/// | [`MemorySink`] | tests | the oldest record is dropped |
///
/// ```
/// use std::sync::{Mutex, PoisonError};
/// use secure_tool::{AuditError, AuditRecord, AuditSink};
///
/// /// Keeps the lines until they are fetched.
/// struct Kept(Mutex<Vec<String>>);
///
/// impl AuditSink for Kept {
///     fn record(&self, record: AuditRecord) -> Result<(), AuditError> {
///         let line = serde_json::to_string(&record)?;
///         self.0.lock().unwrap_or_else(PoisonError::into_inner).push(line);
///         Ok(())
///     }
/// }
/// ```
pub trait AuditSink: Send + Sync + 'static {
    /// Whether the sink could accept a record now. The guard asks before it loads objects, so that little happens that could not be recorded.
    ///
    /// # Errors
    ///
    /// If it could not; the call is then refused.
    fn ready(&self) -> Result<(), AuditError> {
        Ok(())
    }

    /// Accepts one record. It runs on the task of the call, so an implementation must not block for long.
    ///
    /// # Errors
    ///
    /// If the record is not kept. [`AuditFailure`] determines what that means for the call.
    fn record(&self, record: AuditRecord) -> Result<(), AuditError>;

    /// Accepts a count of failed logins on HTTP, which are not calls: one event for a burst. They are also logged as warnings in the application's
    /// log; by default a sink ignores them.
    ///
    /// # Errors
    ///
    /// If the event is not kept. That is logged; the requests are refused in any case.
    fn record_failed_logins(&self, event: FailedLogins) -> Result<(), AuditError> {
        let _ = event;
        Ok(())
    }

    /// Accepts the number of refused calls that have no [record](Self::record) of their own, because there were [too many of
    /// them](crate::ServerBuilder::refusals_recorded). By default the number is logged as a warning in the application's log.
    ///
    /// # Errors
    ///
    /// If the event is not kept. The number is then logged in the application's log.
    fn record_refusals(&self, event: RefusalBurst) -> Result<(), AuditError> {
        event.warn();
        Ok(())
    }
}

impl<T: AuditSink + ?Sized> AuditSink for Arc<T> {
    fn ready(&self) -> Result<(), AuditError> {
        (**self).ready()
    }

    fn record(&self, record: AuditRecord) -> Result<(), AuditError> {
        (**self).record(record)
    }

    fn record_failed_logins(&self, event: FailedLogins) -> Result<(), AuditError> {
        (**self).record_failed_logins(event)
    }

    fn record_refusals(&self, event: RefusalBurst) -> Result<(), AuditError> {
        (**self).record_refusals(event)
    }
}

/// Why a sink cannot accept a record.
#[derive(Debug)]
pub struct AuditError(Cow<'static, str>);

impl AuditError {
    /// A reason, for the application's log.
    #[must_use]
    pub fn new(reason: impl Into<Cow<'static, str>>) -> Self {
        Self(reason.into())
    }

    /// Takes the text of another error: for `.map_err(AuditError::other)`. Errors of [`std::io`] and `serde_json` are converted by `?`.
    #[must_use]
    pub fn other(error: impl fmt::Display) -> Self {
        Self::new(error.to_string())
    }
}

impl fmt::Display for AuditError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for AuditError {}

impl From<std::io::Error> for AuditError {
    fn from(error: std::io::Error) -> Self {
        Self::other(error)
    }
}

impl From<serde_json::Error> for AuditError {
    fn from(error: serde_json::Error) -> Self {
        Self::other(error)
    }
}

/// What a server does with a call that cannot be recorded.
///
/// | cannot be recorded | `Refuse` | `RefuseWrites` | `Continue` |
/// |---|---|---|---|
/// | the only record of a tool that reads | its answer is withheld: `unavailable` | passes | passes |
/// | the [intent](Phase::Intent) of a tool that may write | its body does not start: `unavailable` | the same | passes |
/// | its [outcome](Phase::Outcome) | its answer is withheld: `outcome_unknown`, and see below | the same | passes, and see below |
///
/// Every call that passes without a record leaves an error event in the log (`tracing`). An outcome that cannot be recorded is an event with the
/// target `secure_tool::alert`, and is kept in memory: before the next call of a tool that may write, all kept outcomes (at most 4096) are written
/// first. As long as they cannot be written, such calls are refused before their bodies with [`unavailable`](Code::Unavailable), unless the policy is
/// `Continue`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum AuditFailure {
    /// Refuse it.
    #[default]
    Refuse,
    /// Refuse it if the tool may write; let it pass if the tool only reads, with an error event in the log.
    RefuseWrites,
    /// Let it pass, with an error event in the log.
    Continue,
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A record of a call that was allowed.
    pub(crate) fn record() -> AuditRecord {
        AuditRecord {
            phase: Phase::Call,
            time: Utc::now(),
            call_id: CallId::next(),
            trace_id: None,
            environment: None,
            kind: ItemKind::Tool,
            method: "tools/call",
            tool: None,
            tool_version: None,
            caller: None,
            decision: Decision::Allowed,
            answered: None,
            stage: Stage::Audit,
            rule: "allowed",
            body: BodyState::NotStarted,
            owner: OwnerOutcome::Unchecked,
            skipped: 0,
            skipped_foreign: 0,
            canary: false,
            degraded: false,
            arguments: None,
            asked: Box::default(),
            confirmed_by: None,
            code: None,
            output_bytes: 0,
            masked: Masked::default(),
            cleaned: Masked::default(),
            inspected: Masked::default(),
            output: None,
            duration: Duration::ZERO,
            cause: None,
            repeated: false,
        }
    }
}
