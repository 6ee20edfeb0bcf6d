//! Changes of this process that the others do not know yet.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use tokio::sync::Notify;

use super::change::{About, Change};

/// How many changes may wait for the store: as many as there is room for revocations.
const MOST: usize = 1 << 18;

/// The changes of this process that wait for the store, only the last one of each thing.
#[derive(Default)]
pub(crate) struct Outbox {
    pending: Mutex<Pending>,
    pub(super) bell: Notify,
}

#[derive(Default)]
pub(crate) struct Pending {
    changes: HashMap<About, (u64, Change)>,
    number: u64,
}

impl Outbox {
    /// While this is locked, no change from the store is applied, so that a change takes effect here and is queued atomically, and an older one that
    /// is still in transit does not undo it.
    pub(crate) fn lock(&self) -> MutexGuard<'_, Pending> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notifies that something was added.
    pub(crate) fn ring(&self) {
        self.bell.notify_one();
    }

    /// The waiting changes, each with its number.
    pub(super) fn pending(&self) -> Vec<(u64, Change)> {
        self.lock().changes.values().cloned().collect()
    }

    /// The store has accepted this change. A newer one of the same thing still waits.
    pub(super) fn sent(&self, number: u64, change: &Change) {
        let mut pending = self.lock();
        let about = change.about();
        if pending.changes.get(&about).is_some_and(|(of, _)| *of == number) {
            pending.changes.remove(&about);
        }
    }
}

impl Pending {
    pub(crate) fn is_full(&self) -> bool {
        self.changes.len() >= MOST
    }

    pub(crate) fn add(&mut self, change: Change) {
        self.number += 1;
        self.changes.insert(change.about(), (self.number, change));
    }

    /// Whether this process has a change of the same thing that the store does not know yet.
    pub(super) fn is_newer(&self, change: &Change) -> bool {
        self.changes.contains_key(&change.about())
    }
}
