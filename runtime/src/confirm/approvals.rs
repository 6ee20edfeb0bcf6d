//! A simple approver: a list in memory, from which an operator approves or refuses calls.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::oneshot;

use super::approver::{ApprovalRequest, Approver, ApproverError, Verdict};
use crate::{Caller, outcome::CallId};

/// The calls that wait for the decision of an operator, in memory. Clones share the same list: pass one to the builder, and keep one for the
/// operator's page or command.
///
/// ```
/// # use secure_tool::prelude::*;
/// use secure_tool::Approvals;
/// # struct Desk;
/// # impl Desk {
/// /// Empty the archive.
/// #[secure_tool(scope = "archive:purge", owner = unowned("it is everybody's"), destructive, confirm = operator("Empty the archive?"))]
/// async fn purge_archive(&self) {}
/// # }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let approvals = Approvals::default();
/// let server = SecureServer::builder(Desk)
///     .tool(Desk::purge_archive())
///     .allow_writes()
///     .approver(approvals.clone())
///     .build()?;
/// # let caller = std::sync::Arc::new(Caller::local("alice").with_scopes(["archive:purge"]));
/// # let call = tokio::spawn(async move { server.call(&caller, "purge_archive", Default::default()).await });
/// # secure_tool_testkit::until("a call that waits", async || !approvals.list().is_empty()).await;
/// # let operator = std::sync::Arc::new(Caller::new("olga"));
/// // `operator` is who an `Authenticator` has found behind the request to the operator's page; see the guide on confirmation.
/// for waiting in approvals.list() {
///     println!("{} asks: {}", waiting.caller.subject(), waiting.question);
///     approvals.approve(waiting.id, &operator)?;
/// }
/// # assert!(!secure_tool_testkit::within("the call", call).await?.is_error());
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Approvals(Arc<Shared>);

struct Shared {
    waiting: Mutex<HashMap<CallId, Waiting>>,
    most: usize,
    most_of_one: usize,
}

struct Waiting {
    request: ApprovalRequest,
    verdict: oneshot::Sender<Verdict>,
}

/// Why a call cannot be approved or refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NoApproval {
    /// It is not waiting: it never was, it has timed out, or somebody else has decided.
    NotWaiting,
    /// The approver has no name.
    Nameless,
    /// The approver's credential has expired.
    Expired,
    /// The approver lacks the server's [`approver_scope`](crate::ServerBuilder::approver_scope).
    MissingScope,
    /// The caller belongs to another tenant, and the approver does not hold the server's
    /// [`cross_tenant_approver_scope`](crate::ServerBuilder::cross_tenant_approver_scope).
    OtherTenant,
    /// Nobody may approve their own call: the approver shares a subject, an actor, a client or a credential with the caller. Names are compared
    /// without regard to case, compatibility variants (Unicode NFKC) and surrounding blanks.
    OwnCall,
}

impl NoApproval {
    /// For the audit record.
    pub(crate) fn rule(self) -> &'static str {
        match self {
            Self::NotWaiting => "approver",
            Self::Nameless => "approver_nameless",
            Self::Expired => "approver_expired",
            Self::MissingScope => "approver_scope",
            Self::OtherTenant => "approver_tenant",
            Self::OwnCall => "own_approval",
        }
    }
}

impl fmt::Display for NoApproval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotWaiting => "no call with this id is waiting for approval",
            Self::Nameless => "the approver has no name",
            Self::Expired => "the approver's credential has expired",
            Self::MissingScope => "the approver lacks the scope that is required to approve calls",
            Self::OtherTenant => "the call belongs to another tenant",
            Self::OwnCall => "a call must be approved by somebody other than its caller, and through another client",
        })
    }
}

impl std::error::Error for NoApproval {}

impl Default for Approvals {
    /// An empty list for at most 1024 waiting calls, 16 of which may be from one caller.
    fn default() -> Self {
        Self::with_capacity(1024, 16)
    }
}

impl Approvals {
    /// An empty list with other limits: how many calls may wait, and how many of one caller. Calls beyond the limits are refused as `unavailable`.
    #[must_use]
    pub fn with_capacity(most: usize, most_of_one: usize) -> Self {
        Self(Arc::new(Shared { waiting: Mutex::default(), most, most_of_one }))
    }

    /// The waiting calls, those that time out first at the beginning.
    #[must_use]
    pub fn list(&self) -> Vec<ApprovalRequest> {
        let mut list: Vec<_> = self.waiting().values().map(|waiting| waiting.request.clone()).collect();
        list.sort_by_key(|request| request.expires);
        list
    }

    /// Approves a call.
    ///
    /// # Errors
    ///
    /// [`NoApproval`]; a call that this principal may not approve keeps waiting.
    pub fn approve(&self, id: CallId, by: &Arc<Caller>) -> Result<(), NoApproval> {
        let mut waiting = self.waiting();
        waiting.get(&id).ok_or(NoApproval::NotWaiting)?.request.may_be_approved_by(by)?;
        decide(&mut waiting, id, Verdict::Approved { by: Arc::clone(by) })
    }

    /// Refuses a call. Its caller may do that too.
    ///
    /// # Errors
    ///
    /// [`NoApproval`]; a call that this principal may not refuse keeps waiting.
    pub fn refuse(&self, id: CallId, by: &Arc<Caller>) -> Result<(), NoApproval> {
        let mut waiting = self.waiting();
        waiting.get(&id).ok_or(NoApproval::NotWaiting)?.request.may_be_refused_by(by)?;
        decide(&mut waiting, id, Verdict::Refused { by: Arc::clone(by) })
    }

    fn waiting(&self) -> MutexGuard<'_, HashMap<CallId, Waiting>> {
        self.0.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn decide(waiting: &mut HashMap<CallId, Waiting>, id: CallId, verdict: Verdict) -> Result<(), NoApproval> {
    let call = waiting.remove(&id).ok_or(NoApproval::NotWaiting)?;
    call.verdict.send(verdict).map_err(|_| NoApproval::NotWaiting)
}

/// Removes a call from the list, however its waiting ends.
struct RemoveOnDrop<'a>(&'a Approvals, CallId);

impl Drop for RemoveOnDrop<'_> {
    fn drop(&mut self) {
        self.0.waiting().remove(&self.1);
    }
}

impl Approver for Approvals {
    async fn decide(&self, request: ApprovalRequest) -> Result<Verdict, ApproverError> {
        let id = request.id;
        let (verdict, decided) = oneshot::channel();
        {
            let mut waiting = self.waiting();
            let subject = (request.caller.subject(), request.caller.tenant());
            let of_one = waiting
                .values()
                .filter(|waiting| (waiting.request.caller.subject(), waiting.request.caller.tenant()) == subject)
                .count();
            if waiting.len() >= self.0.most || of_one >= self.0.most_of_one {
                return Err(ApproverError::new("too many calls wait for approval"));
            }
            waiting.insert(id, Waiting { request, verdict });
        }
        let _leave = RemoveOnDrop(self, id);
        Ok(decided.await?)
    }
}

impl fmt::Debug for Approvals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Approvals").field("waiting", &self.waiting().len()).finish_non_exhaustive()
    }
}
