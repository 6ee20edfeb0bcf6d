//! A person outside of the conversation, who approves what `confirm = operator("…")` asks.

use std::{borrow::Cow, fmt, future::Future, sync::Arc};

use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;
use serde::{Serialize, Serializer, ser::SerializeStruct};

use crate::{Caller, RecordedArguments, outcome::CallId};

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
    /// The arguments, redacted as in the audit record.
    pub arguments: RecordedArguments,
    /// When the call gives up waiting.
    pub expires: DateTime<Utc>,
}

impl Serialize for ApprovalRequest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut request = serializer.serialize_struct("ApprovalRequest", 8)?;
        request.serialize_field("id", &self.id)?;
        request.serialize_field("tool", &*self.tool)?;
        request.serialize_field("caller", self.caller.subject())?;
        request.serialize_field("tenant", &self.caller.tenant())?;
        request.serialize_field("client", &self.caller.client())?;
        request.serialize_field("question", &self.question)?;
        request.serialize_field("arguments", &self.arguments)?;
        request.serialize_field("expires", &self.expires)?;
        request.end()
    }
}

/// What a person decided.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Verdict {
    /// The call may go on. The guard does not take it from the caller's own name, nor from nobody.
    Approved {
        /// Who said so; it is in the audit record.
        by: Box<str>,
    },
    /// It may not.
    Refused {
        /// Who said so.
        by: Box<str>,
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
/// use secure_tool::{ApprovalRequest, Approver, ApproverError, Verdict};
///
/// /// Asks on the terminal of whoever started the server.
/// struct Terminal;
///
/// impl Approver for Terminal {
///     async fn decide(&self, request: ApprovalRequest) -> Result<Verdict, ApproverError> {
///         eprintln!("{} asks: {} [y/N]", request.caller.subject(), request.question);
///         let line = tokio::task::spawn_blocking(|| std::io::stdin().lines().next()).await?;
///         let by = Box::from("the terminal");
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
