//! A person outside of the conversation, who approves what `confirm = operator("…")` asks.

use std::{borrow::Cow, fmt, future::Future, sync::Arc};

use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;
use serde::{Serialize, Serializer, ser::SerializeStruct};

use super::{ApproverRules, NoApproval, QuestionField};
use crate::{
    Caller, RecordedArguments,
    digest::{self, Digest},
    outcome::CallId,
};

/// A call that waits for a person's word.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ApprovalRequest {
    /// The call's id.
    pub id: CallId,
    /// The tool.
    pub tool: Arc<str>,
    /// Who calls.
    pub caller: Arc<Caller>,
    /// What is asked. It names the objects that the call is about.
    pub question: String,
    /// What the question shows, by argument.
    pub fields: Vec<QuestionField>,
    /// The arguments, redacted as in the audit record.
    pub arguments: RecordedArguments,
    /// When the call gives up waiting: after [`confirmation_timeout`](crate::ServerBuilder::confirmation_timeout), or when the caller's credential
    /// expires, if that is sooner.
    pub expires: DateTime<Utc>,
    pub(crate) rules: Arc<ApproverRules>,
    /// The keyed digest of all that the approval is bound to.
    pub(crate) bound_to: Digest,
}

impl ApprovalRequest {
    /// Whether this principal may approve the call. The guard asks the same of every [verdict](Verdict).
    ///
    /// # Errors
    ///
    /// Why not.
    pub fn may_be_approved_by(&self, approver: &Caller) -> Result<(), NoApproval> {
        self.rules.may_approve(&self.caller, approver)
    }

    /// Whether this principal may refuse the call: everybody who may approve it, and its caller.
    ///
    /// # Errors
    ///
    /// Why not.
    pub fn may_be_refused_by(&self, approver: &Caller) -> Result<(), NoApproval> {
        self.rules.may_decide(&self.caller, approver)
    }

    /// The SHA-256 of what is asked, in hexadecimal digits: of the call's id, the tool, the question, the arguments as they are recorded, and a digest
    /// of all that the approval is bound to, also of the arguments that are redacted. Nobody guesses those with it, as a random key of the process
    /// goes into that digest. The audit record of an approved call [has it](crate::Approval::digest), so that what an operator's page logs can be matched
    /// with it.
    #[must_use]
    pub fn digest(&self) -> String {
        let (id, arguments) = (self.id.to_string(), self.arguments.as_json());
        let parts =
            [id.as_bytes(), self.tool.as_bytes(), self.question.as_bytes(), arguments.as_bytes(), &self.bound_to];
        let digest: Digest = digest::of(parts);
        digest::digits(&digest)
    }
}

impl Serialize for ApprovalRequest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut request = serializer.serialize_struct("ApprovalRequest", 11)?;
        request.serialize_field("id", &self.id)?;
        request.serialize_field("tool", &*self.tool)?;
        request.serialize_field("caller", self.caller.subject())?;
        request.serialize_field("tenant", &self.caller.tenant())?;
        request.serialize_field("client", &self.caller.client())?;
        request.serialize_field("actor", &self.caller.actor())?;
        request.serialize_field("question", &self.question)?;
        request.serialize_field("fields", &self.fields)?;
        request.serialize_field("arguments", &self.arguments)?;
        request.serialize_field("expires", &self.expires)?;
        request.serialize_field("digest", &self.digest())?;
        request.end()
    }
}

/// What a person decided, as an authenticated principal: a page for operators gets it from an
/// [`Authenticator`](crate::http::Authenticator), as the server does for its callers.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Verdict {
    /// The call may go on, if the guard finds that this principal [may approve](ApprovalRequest::may_be_approved_by) it and is not
    /// [revoked](crate::Revocations).
    Approved {
        /// Who said so; it is in the audit record.
        by: Arc<Caller>,
    },
    /// It may not.
    Refused {
        /// Who said so.
        by: Arc<Caller>,
    },
}

/// Where calls wait for approval: a page for operators, a chat, a pager. [`Approvals`](super::Approvals) is the simple one.
///
/// The future is dropped when the call gives up: its client is gone, or [`confirmation_timeout`] is over. An implementation bounds how many
/// wait, and takes back what nobody waits for any more.
///
/// [`confirmation_timeout`]: crate::ServerBuilder::confirmation_timeout
///
/// ```
/// use std::sync::Arc;
/// use secure_tool::{ApprovalRequest, Approver, ApproverError, Caller, Verdict};
///
/// /// Asks on the terminal of the person who started the server, and has logged in on this machine for that.
/// struct Terminal(Arc<Caller>);
///
/// impl Approver for Terminal {
///     async fn decide(&self, request: ApprovalRequest) -> Result<Verdict, ApproverError> {
///         eprintln!("{} asks: {} [y/N]", request.caller.subject(), request.question);
///         let line = tokio::task::spawn_blocking(|| std::io::stdin().lines().next()).await?;
///         let by = Arc::clone(&self.0);
///         Ok(if line.transpose()?.as_deref() == Some("y") { Verdict::Approved { by } } else { Verdict::Refused { by } })
///     }
/// }
/// ```
pub trait Approver: Send + Sync + 'static {
    /// Waits for a decision.
    ///
    /// # Errors
    ///
    /// If nobody can be asked: the call is refused as `unavailable`, the reason is in the audit record.
    fn decide(&self, request: ApprovalRequest) -> impl Future<Output = Result<Verdict, ApproverError>> + Send;
}

/// Why nobody can be asked.
#[derive(Debug)]
pub struct ApproverError(Cow<'static, str>);

impl ApproverError {
    /// A reason, for the audit record.
    #[must_use]
    pub fn new(reason: impl Into<Cow<'static, str>>) -> Self {
        Self(reason.into())
    }
}

impl fmt::Display for ApproverError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<E: std::error::Error> From<E> for ApproverError {
    fn from(error: E) -> Self {
        Self::new(error.to_string())
    }
}

/// An [`Approver`] whose type is forgotten.
pub(crate) type BoxedApprover =
    Box<dyn Fn(ApprovalRequest) -> BoxFuture<'static, Result<Verdict, ApproverError>> + Send + Sync>;

pub(crate) fn boxed(approver: impl Approver) -> BoxedApprover {
    let approver = Arc::new(approver);
    Box::new(move |request| {
        let approver = Arc::clone(&approver);
        Box::pin(async move { approver.decide(request).await })
    })
}
