//! A person outside of the conversation who approves calls with `confirm = operator("…")`.

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

/// A call that waits for approval.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ApprovalRequest {
    /// The id of the call.
    pub id: CallId,
    /// The tool.
    pub tool: Arc<str>,
    /// The caller.
    pub caller: Arc<Caller>,
    /// The question. It names the objects that the call is about.
    pub question: String,
    /// The values that the question shows, by argument.
    pub fields: Vec<QuestionField>,
    /// The arguments, redacted as in the audit record.
    pub arguments: RecordedArguments,
    /// When the call stops waiting: after [`confirmation_timeout`](crate::ServerBuilder::confirmation_timeout), or when the caller's credential
    /// expires, if that is sooner.
    pub expires: DateTime<Utc>,
    pub(crate) rules: Arc<ApproverRules>,
    /// The keyed digest of everything that the approval is bound to.
    pub(crate) bound_to: Digest,
}

impl ApprovalRequest {
    /// Whether this principal may approve the call. The guard checks the same for every [verdict](Verdict).
    ///
    /// # Errors
    ///
    /// Why the principal may not.
    pub fn may_be_approved_by(&self, approver: &Caller) -> Result<(), NoApproval> {
        self.rules.may_approve(&self.caller, approver)
    }

    /// Whether this principal may refuse the call, which everybody may who may approve it, and its caller.
    ///
    /// # Errors
    ///
    /// Why the principal may not.
    pub fn may_be_refused_by(&self, approver: &Caller) -> Result<(), NoApproval> {
        self.rules.may_decide(&self.caller, approver)
    }

    /// The SHA-256 of the request, in hexadecimal digits: of the id of the call, the tool, the question, the recorded arguments, and a digest of
    /// everything that the approval is bound to, including redacted arguments. These cannot be guessed from it, because that digest uses a random key
    /// of the process. The audit record of an approved call [contains it](crate::Approval::digest), so that it can be matched with the log of an
    /// operator's page.
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

/// The decision of a person, with the authenticated principal: a page for operators gets the principal from an
/// [`Authenticator`](crate::http::Authenticator), like the server for its callers.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Verdict {
    /// The call may continue, provided that this principal [may approve](ApprovalRequest::may_be_approved_by) it and is not
    /// [revoked](crate::Revocations), which the guard checks.
    Approved {
        /// Who approved; it is in the audit record.
        by: Arc<Caller>,
    },
    /// The call is refused.
    Refused {
        /// Who refused.
        by: Arc<Caller>,
    },
}

/// Obtains approvals from operators: through a web page, a chat, a pager. [`Approvals`](super::Approvals) is a simple implementation.
///
/// The future is dropped when the call stops waiting, because its client has disconnected or [`confirmation_timeout`] is over. An implementation must
/// limit the number of waiting calls, and withdraw requests that nobody waits for any more.
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
    /// If nobody can be asked: the call is refused as `unavailable`, and the reason is in the audit record.
    fn decide(&self, request: ApprovalRequest) -> impl Future<Output = Result<Verdict, ApproverError>> + Send;
}

/// Why nobody can be asked.
#[derive(Debug)]
pub struct ApproverError(Cow<'static, str>);

impl ApproverError {
    /// Creates an error with a reason for the audit record.
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

/// A type-erased [`Approver`].
pub(crate) type BoxedApprover =
    Box<dyn Fn(ApprovalRequest) -> BoxFuture<'static, Result<Verdict, ApproverError>> + Send + Sync>;

pub(crate) fn boxed(approver: impl Approver) -> BoxedApprover {
    let approver = Arc::new(approver);
    Box::new(move |request| {
        let approver = Arc::clone(&approver);
        Box::pin(async move { approver.decide(request).await })
    })
}
