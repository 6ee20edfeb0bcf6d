//! The idempotency stage of one call.

#![expect(
    clippy::missing_errors_doc,
    reason = "called by the expansion alone; each error is the refusal of that stage"
)]

use std::sync::Arc;

use super::{Answered, Attempt, not_kept};
use crate::{
    guard::{
        entry::{Entry, Rejection},
        identity,
        refusal::Refusal,
    },
    outcome::{Code, Stage},
    output::{Inspecting, Released},
};

impl<S: ?Sized> Entry<S> {
    /// The idempotency stage: the answer of an earlier call, if it was the same. Ownership has been settled, and nobody has been asked yet.
    pub async fn recall(&self) -> Result<Option<Released>, Rejection> {
        self.settle_ownership()?;
        self.call.reach(Stage::Idempotency);
        match self.attempt()?.recall().await.map_err(Rejection)? {
            Some(earlier) => self.repeat(earlier).await.map(Some),
            None => Ok(None),
        }
    }

    /// The same for concurrent calls: the first of them continues, and the others end here.
    pub async fn begin(&self) -> Result<Option<Released>, Rejection> {
        self.settle_ownership()?;
        let stage = self.call.stage();
        self.call.reach(Stage::Idempotency);
        if let Some(earlier) = self.attempt()?.begin().await.map_err(Rejection)? {
            return self.repeat(earlier).await.map(Some);
        }
        self.call.reach(stage);
        Ok(None)
    }

    fn attempt(&self) -> Result<&Arc<Attempt>, Rejection> {
        self.attempt.as_ref().ok_or_else(|| Rejection(Refusal::new(Code::Internal, Stage::Idempotency, "unknown")))
    }

    /// The answer of an earlier call, for a caller who may still receive it.
    async fn repeat(&self, earlier: Answered) -> Result<Released, Rejection> {
        identity::check_current(&self.principal, Stage::Idempotency).map_err(Rejection)?;
        identity::check_again(&self.principal, self.policy.effect).await.map_err(Rejection)?;
        let mut released = match earlier {
            Answered::Released(_, true) if !self.may_override() => return Err(Rejection(not_kept())),
            Answered::Released(released, _) => *released,
            Answered::Refused(refusal) => return Err(Rejection(refusal)),
        };
        let inspection = Inspecting::new(&self.policy.rules.inspectors, &self.call, &*self.resources, &self.principal);
        // A resource may have been removed or hidden since.
        let links = released.content.into_iter().filter_map(|block| inspection.linked(block).ok().flatten());
        released.content = links.collect();
        Ok(released)
    }

    /// Whether the caller may access the objects of every owner.
    fn may_override(&self) -> bool {
        let scope = self.policy.override_scope.as_deref();
        scope.zip(self.principal.caller()).is_some_and(|(scope, caller)| caller.scopes().contains(scope))
    }

    /// A call that was not begun does not start.
    pub(in crate::guard) fn check_begun(&self) -> Result<(), Rejection> {
        if self.policy.idempotent.is_none() || self.attempt.as_ref().is_some_and(|attempt| attempt.has_begun()) {
            Ok(())
        } else {
            Err(Rejection(Refusal::new(Code::Internal, Stage::Idempotency, "unbegun")))
        }
    }
}
