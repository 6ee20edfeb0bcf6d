//! A limit on the checks that run at a time, with room reserved for tokens that were good before.

use std::{pin::pin, sync::Arc};

use futures_util::future::{Either, select};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::Refused;

/// What is known of a token before it is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::http) enum Reputation {
    /// It was good not long ago.
    Proven,
    /// Anybody may have made it up.
    Unknown,
}

/// A bounded number of places for requests that wait. Proven tokens have places of their own.
pub(in crate::http) struct WaitingRoom {
    proven: Arc<Semaphore>,
    unknown: Arc<Semaphore>,
}

impl WaitingRoom {
    pub(in crate::http) fn new(proven: usize, unknown: usize) -> Self {
        Self { proven: Arc::new(Semaphore::new(proven)), unknown: Arc::new(Semaphore::new(unknown)) }
    }

    /// A place, at once or not at all.
    pub(in crate::http) fn enter(&self, standing: Reputation) -> Result<OwnedSemaphorePermit, Refused> {
        let places = match standing {
            Reputation::Proven => &self.proven,
            Reputation::Unknown => &self.unknown,
        };
        Arc::clone(places).try_acquire_owned().map_err(|_| Refused::Unavailable)
    }
}

/// Lets a bounded number of checks run, and a bounded number wait for that.
pub(in crate::http) struct Bulkhead {
    waiting: WaitingRoom,
    shared: Arc<Semaphore>,
    reserved: Arc<Semaphore>,
}

/// The sizes of a [`Bulkhead`].
#[derive(Clone, Copy, Debug)]
pub(in crate::http) struct Slots {
    /// Checks that run at a time, whatever the token.
    pub(in crate::http) shared: usize,
    /// Checks of proven tokens that run beside them.
    pub(in crate::http) reserved: usize,
    /// Checks of proven tokens that run or wait.
    pub(in crate::http) proven: usize,
    /// Checks of unknown tokens that run or wait.
    pub(in crate::http) unknown: usize,
}

impl Bulkhead {
    pub(in crate::http) fn new(slots: Slots) -> Self {
        Self {
            waiting: WaitingRoom::new(slots.proven, slots.unknown),
            shared: Arc::new(Semaphore::new(slots.shared)),
            reserved: Arc::new(Semaphore::new(slots.reserved)),
        }
    }

    /// A place to wait for a slot, at once or not at all.
    pub(in crate::http) fn enter(&self, standing: Reputation) -> Result<Place, Refused> {
        let waiting = self.waiting.enter(standing)?;
        Ok(Place { waiting, standing, shared: Arc::clone(&self.shared), reserved: Arc::clone(&self.reserved) })
    }
}

/// A place to wait for a slot.
pub(in crate::http) struct Place {
    waiting: OwnedSemaphorePermit,
    standing: Reputation,
    shared: Arc<Semaphore>,
    reserved: Arc<Semaphore>,
}

/// One check may run while this is held.
pub(in crate::http) struct Slot {
    _slot: OwnedSemaphorePermit,
    _waiting: OwnedSemaphorePermit,
}

impl Place {
    /// Waits for a slot; the caller limits how long.
    pub(in crate::http) async fn slot(self) -> Result<Slot, Refused> {
        let shared = self.shared.acquire_owned();
        let slot = match self.standing {
            Reputation::Unknown => shared.await,
            Reputation::Proven => match select(pin!(shared), pin!(self.reserved.acquire_owned())).await {
                Either::Left((slot, _)) | Either::Right((slot, _)) => slot,
            },
        };
        Ok(Slot { _slot: slot.map_err(|_| Refused::Unavailable)?, _waiting: self.waiting })
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;
    use secure_tool_testkit::within;

    use super::*;

    #[tokio::test]
    async fn strangers_fill_their_own_room_and_no_other() {
        let bulkhead = Bulkhead::new(Slots { shared: 2, reserved: 1, proven: 3, unknown: 3 });
        let enter = |standing| bulkhead.enter(standing);
        let mut strangers = Vec::new();
        for _ in 0..2 {
            strangers.push(within("a slot", enter(Reputation::Unknown).unwrap().slot()).await.unwrap());
        }
        let mut waiting = pin!(enter(Reputation::Unknown).unwrap().slot());
        assert!(waiting.as_mut().now_or_never().is_none(), "the reserved slot is not for strangers");
        assert!(enter(Reputation::Unknown).is_err(), "no place is left to wait at");
        let proven = within("the reserved slot", enter(Reputation::Proven).unwrap().slot()).await.unwrap();
        let mut next = pin!(enter(Reputation::Proven).unwrap().slot());
        assert!(next.as_mut().now_or_never().is_none());
        drop(proven);
        let reserved = within("the reserved slot again", next).await.unwrap();
        drop(strangers.pop());
        within("a stranger's turn", waiting).await.unwrap();
        assert!(enter(Reputation::Unknown).is_ok(), "a check that has ended frees its place");
        drop((reserved, strangers));
        for _ in 0..2 {
            let all = [enter(Reputation::Proven), enter(Reputation::Proven), enter(Reputation::Proven)];
            let mut slots = Vec::new();
            for place in all {
                slots.push(within("a slot of either kind", place.unwrap().slot()).await.unwrap());
            }
        }
    }
}
