//! What the guard asks of a shared store, and what comes from there.

use std::{
    sync::{Arc, atomic::Ordering},
    time::{Duration, Instant},
};

use super::{Guard, entry::Run, rate, record::Draft, refusal::Refusal};
use crate::{
    catalog::Item,
    identity::Principal,
    outcome::{Code, Stage},
    store::{AdmitError, Change, Node, Shared, StoreError, WhenDown},
};

/// What the audit record says of a call that the store could not tell about.
pub(super) const DOWN: &str = "shared_store";
/// How long to stay away then.
const WHEN_DOWN: Duration = Duration::from_secs(1);

pub(super) fn down(stage: Stage, rule: &'static str) -> Refusal {
    Refusal::new(Code::Unavailable, stage, rule).retry_after(WHEN_DOWN)
}

impl<S: Send + Sync + 'static> Guard<S> {
    /// A process that has never heard from the store may not know that it is halted, and serves nothing.
    pub(super) async fn ready(&self) -> Result<(), Refusal> {
        match &self.shared {
            Some(shared) => shared.ready().await.map_err(|_| down(Stage::Switch, DOWN)),
            None => Ok(()),
        }
    }

    /// The same, at once.
    pub(super) fn is_ready(&self) -> bool {
        self.shared.as_ref().is_none_or(|shared| shared.is_ready())
    }

    /// A call that may write needs to know who is revoked and what is off now.
    pub(super) fn check_fresh(&self, writes: bool, now: Instant) -> Result<(), Refusal> {
        match &self.shared {
            Some(shared) if writes && !shared.is_fresh(now) => Err(down(Stage::Identity, "stale_revocations")),
            _ => Ok(()),
        }
    }

    /// Counts a call here, and then with all other processes: what this one refuses, all of them together would refuse as well.
    pub(super) async fn count(
        &self,
        item: &Item<Run<S>>,
        principal: &Principal,
        now: Instant,
        draft: &mut Draft<'_, S>,
    ) -> Result<(), Refusal> {
        let counted = rate::check(&self.limiter, item, principal, now)?;
        let Some(shared) = &self.shared else { return Ok(()) };
        let refusal = match (shared.admit(&item.rates, principal).await, shared.when_down) {
            (Ok(()), _) => return Ok(()),
            (Err(AdmitError::Refused(why)), _) => rate::refuse(why),
            (Err(AdmitError::Down), WhenDown::Refuse) => down(Stage::Rate, DOWN),
            (Err(AdmitError::Down), WhenDown::LimitLocally) => {
                draft.degraded();
                return Ok(());
            }
        };
        self.limiter.give_back(&item.rates, principal.limit_keys(), counted);
        Err(refusal)
    }
}

impl<S> Guard<S> {
    /// A switch is turned here, and the other processes learn of it.
    pub(crate) fn turn(&self, change: Change) {
        match &self.shared {
            Some(shared) => {
                {
                    let mut pending = shared.outbox.lock();
                    self.turned(&change);
                    pending.add(change);
                }
                shared.outbox.ring();
            }
            None => self.turned(&change),
        }
    }

    fn turned(&self, change: &Change) {
        let switch = &self.kill_switch;
        match change {
            Change::Halted(halted) => switch.halted.store(*halted, Ordering::Release),
            // It cannot expose what the builder did not allow.
            Change::ReadOnly(only) => switch.read_only.store(*only || !switch.writes_allowed, Ordering::Release),
            // Another version of the server may have items that this one has not.
            Change::Disabled(name, disabled) => {
                for item in self.catalog.items().filter(|item| *item.name == **name) {
                    item.disabled.store(*disabled, Ordering::Release);
                }
            }
            Change::Revoked(..) | Change::Reinstated(_) => {}
        }
    }
}

impl<S: Send + Sync + 'static> Node for Guard<S> {
    fn apply(&self, change: &Change) -> Result<Option<Change>, StoreError> {
        match change {
            Change::Revoked(what, until) => {
                let later = self.revocations.heard_revoked(what, *until)?;
                Ok(later.map(|until| Change::Revoked(what.clone(), until)))
            }
            Change::Reinstated(what) => {
                self.revocations.heard_reinstated(what);
                Ok(None)
            }
            Change::Halted(_) | Change::ReadOnly(_) | Change::Disabled(..) => {
                self.turned(change);
                Ok(None)
            }
        }
    }
}

/// Connects a guard with its store.
pub(crate) fn connect<S: Send + Sync + 'static>(
    guard: &Arc<Guard<S>>,
    shared: &Arc<Shared>,
    runtime: &tokio::runtime::Handle,
) {
    guard.revocations.publish_to(&shared.outbox);
    crate::store::start(runtime, shared, guard);
}
