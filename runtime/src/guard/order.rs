//! The order stage: has the required tool succeeded before, for this caller and the same object. It also stores the marks of successful calls for the
//! tools that come after them.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use serde_json::Value;

use super::{
    Guard,
    entry::{Entry, Rejection},
    given::Given,
    refusal::Refusal,
    shared::{DOWN, down},
};
use crate::{
    catalog::{ItemPolicy, Mark},
    digest,
    identity::Principal,
    outcome::{Code, Stage},
    store::{CallHistory, StoreKey},
};

/// The mark that a call requires.
pub(crate) struct Expected {
    history: Arc<CallHistory>,
    /// `None` if no call can have left it.
    mark: Option<StoreKey>,
    found: AtomicBool,
}

/// The marks of a successful call, and how long they are kept.
pub(crate) type Left = Vec<(StoreKey, Duration)>;

impl<S> Guard<S> {
    /// The mark that a call requires; the arguments were accepted.
    pub(super) fn expected(&self, policy: &ItemPolicy, principal: &Principal, arguments: &Value) -> Option<Expected> {
        let precondition = policy.order.after.as_ref()?;
        let mark = self.mark(&precondition.mark, &Given::new(policy, arguments), principal);
        Some(Expected { history: Arc::clone(&self.history), mark, found: AtomicBool::new(false) })
    }

    /// The marks that a call leaves if it succeeds.
    pub(super) fn left(&self, policy: &ItemPolicy, principal: &Principal, arguments: &Value) -> Left {
        let given = Given::new(policy, arguments);
        let left = policy.order.leaves.iter();
        left.filter_map(|mark| Some((self.mark(mark, &given, principal)?, mark.within))).collect()
    }

    /// Stores the marks of a call whose answer is final. If that fails, calls of the tools that come after it are refused.
    pub(super) async fn leave(&self, tool: &str, left: Left) {
        for (key, within) in left {
            if self.history.mark(key, within).await.is_err() {
                tracing::warn!(
                    tool,
                    "a successful call could not be stored: tools that require it first will refuse calls"
                );
            }
        }
    }

    /// A caller without a credential cannot be recognized when it comes back.
    fn mark(&self, mark: &Mark, given: &Given<'_>, principal: &Principal) -> Option<StoreKey> {
        let caller = self.history.caller(principal)?;
        let objects: Vec<Vec<u8>> = mark.arguments.iter().map(|name| digest::canonical(given.named(name))).collect();
        let parts: Vec<&[u8]> = std::iter::once(&caller[..]).chain(objects.iter().map(Vec::as_slice)).collect();
        Some(self.history.labelled(mark.label, &parts))
    }
}

impl<S: ?Sized> Entry<S> {
    /// The order stage.
    ///
    /// # Errors
    ///
    /// `out_of_order`, or `unavailable` if the store is down.
    pub async fn order(&self) -> Result<(), Rejection> {
        let (Some(precondition), Some(expected)) = (&self.policy.order.after, &self.expected) else { return Ok(()) };
        self.settle_model_objects(self.policy.checks_of_model)?;
        self.call.reach(Stage::Order);
        let is_found = match expected.mark {
            Some(mark) => expected.history.is_marked(mark).await,
            None => Ok(false),
        };
        match is_found {
            Ok(true) => {
                expected.found.store(true, Ordering::Relaxed);
                Ok(())
            }
            Ok(false) => Err(Rejection(
                Refusal::new(Code::OutOfOrder, Stage::Order, "out_of_order").with_message(precondition.refusal()),
            )),
            Err(_) => Err(Rejection(down(Stage::Order, DOWN))),
        }
    }

    /// A call that did not pass the stage does not start.
    pub(super) fn check_ordered(&self) -> Result<(), Rejection> {
        let is_found = self.expected.as_ref().is_some_and(|expected| expected.found.load(Ordering::Relaxed));
        if self.policy.order.after.is_none() || is_found {
            Ok(())
        } else {
            Err(Rejection(Refusal::new(Code::Internal, Stage::Order, "unordered")))
        }
    }
}
