//! The guard's use of the shared store.

use std::{
    sync::{Arc, atomic::Ordering},
    time::{Duration, Instant},
};

use super::{Guard, entry::Run, rate, record::Draft, refusal::Refusal, switch::Position};
use crate::{
    NotHalted,
    catalog::Item,
    identity::Principal,
    outcome::{Code, Stage},
    store::{AdmitError, Change, Node, Shared, StoreError, Switch, Turn, WhenDown},
};

/// The rule in the audit record when the store is down.
pub(super) const DOWN: &str = "shared_store";
/// The retry delay in that case.
const WHEN_DOWN: Duration = Duration::from_secs(1);

pub(super) fn down(stage: Stage, rule: &'static str) -> Refusal {
    Refusal::new(Code::Unavailable, stage, rule).retry_after(WHEN_DOWN)
}

impl<S: Send + Sync + 'static> Guard<S> {
    /// A process that has never reached the store may not know that it is halted, and refuses all calls.
    pub(super) async fn ready(&self) -> Result<(), Refusal> {
        match &self.shared {
            Some(shared) => shared.ready().await.map_err(|_| down(Stage::Switch, DOWN)),
            None => Ok(()),
        }
    }

    /// The same check without waiting.
    pub(super) fn is_ready(&self) -> bool {
        self.shared.as_ref().is_none_or(|shared| shared.is_ready())
    }

    /// A call that may write requires current revocations and switches.
    pub(super) fn check_fresh(&self, writes: bool, now: Instant) -> Result<(), Refusal> {
        match &self.shared {
            Some(shared) if writes && !shared.is_fresh(now) => Err(down(Stage::Identity, "stale_revocations")),
            _ => Ok(()),
        }
    }

    /// Counts a call in this process, and then in the store: a call that this process refuses would also be refused by all of them together.
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
    /// Turns a switch in this process, and informs the others.
    ///
    /// # Errors
    ///
    /// If it is a scope and there is no room for it, or its name is empty. Nothing is changed then.
    pub(crate) fn turn(&self, switch: Switch, position: Position) -> Result<(), NotHalted> {
        let Some(shared) = &self.shared else {
            return self.turned(&switch, self.kill_switch.turn_to(&switch, position), true);
        };
        {
            let mut pending = shared.outbox.lock();
            if matches!(switch, Switch::Scope(_)) && position != Position::On && pending.is_full() {
                return Err(NotHalted::Full);
            }
            let turn = self.kill_switch.turn_to(&switch, position);
            self.turned(&switch, turn, true)?;
            pending.add(Change::Turned(switch, turn));
        }
        shared.outbox.ring();
        Ok(())
    }

    fn turned(&self, switch: &Switch, turn: Turn, serves: bool) -> Result<(), NotHalted> {
        self.kill_switch.turn(switch, turn.off)?;
        if let Switch::Item(name) = switch {
            // Another version of the server may have items that this one does not have.
            for item in self.catalog.items().filter(|item| *item.name == **name) {
                item.disabled.store(turn.off, Ordering::Release);
            }
        }
        self.kill_switch.cut(switch, turn, serves);
        Ok(())
    }
}

impl<S: Send + Sync + 'static> Node for Guard<S> {
    fn apply(&self, change: &Change) -> Result<Option<Change>, StoreError> {
        match change {
            Change::Revoked(what, until) => {
                let later = self.revocations.apply_remote_revocation(what, *until)?;
                Ok(later.map(|until| Change::Revoked(what.clone(), until)))
            }
            Change::Reinstated(what) => {
                self.revocations.apply_remote_reinstatement(what);
                Ok(None)
            }
            Change::Turned(switch, turn) => {
                self.turned(switch, *turn, self.is_ready())?;
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
