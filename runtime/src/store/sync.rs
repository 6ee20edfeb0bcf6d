//! The task that sends the changes of this process to the store and applies those of the others.

use std::{
    collections::HashMap,
    sync::{Arc, Weak},
    time::{Duration, Instant},
};

use super::{
    Cursor, Shared, StoreError, StoreKey,
    change::{Change, ROUTED},
};

/// How often the facts are read without a notification.
const POLL: Duration = Duration::from_millis(500);
/// The time limit for one synchronization with the store.
const SYNC_TIMEOUT: Duration = Duration::from_secs(2);

/// The node to which the changes of others are applied.
pub(crate) trait Node: Send + Sync + 'static {
    /// Applies a change. If this process knows a stricter one, it is returned, so that the others learn of it.
    ///
    /// # Errors
    ///
    /// If it cannot be applied.
    fn apply(&self, change: &Change) -> Result<Option<Change>, StoreError>;
}

/// Starts the task, which ends with the node.
pub(crate) fn start<N: Node>(runtime: &tokio::runtime::Handle, shared: &Arc<Shared>, node: &Arc<N>) {
    let mut listener = Listener {
        shared: Arc::clone(shared),
        node: Arc::downgrade(node),
        cursor: None,
        known: HashMap::new(),
        former: HashMap::new(),
    };
    runtime.spawn(async move {
        while listener.node.strong_count() > 0 {
            let asked = Instant::now();
            let looked = tokio::time::timeout(SYNC_TIMEOUT, listener.synchronize()).await;
            match looked.unwrap_or_else(|_| Err(StoreError::new("timeout"))) {
                Ok(()) => listener.shared.mark_up(asked),
                Err(why) => listener.shared.mark_down("cannot list its facts", &why),
            }
            let outbox = Arc::clone(&listener.shared.outbox);
            tokio::select! {
                () = listener.shared.bell() => {}
                () = outbox.bell.notified() => {}
                () = tokio::time::sleep(POLL) => {}
            }
        }
    });
}

struct Listener<N> {
    shared: Arc<Shared>,
    node: Weak<N>,
    cursor: Option<Cursor>,
    /// The last change of each thing in the store, so that they can be written again to a store that has lost them.
    known: HashMap<StoreKey, Known>,
    /// The changes of a history that the store has lost, until the current history has been read completely.
    former: HashMap<StoreKey, Known>,
}

/// A change, and until when the store keeps it.
struct Known {
    change: Change,
    end: Option<Instant>,
}

impl<N: Node> Listener<N> {
    /// Sends waiting changes and reads new facts, even if a full store does not accept anything.
    async fn synchronize(&mut self) -> Result<(), StoreError> {
        let sent = self.send_pending().await;
        self.read().await?;
        sent
    }

    async fn send_pending(&mut self) -> Result<(), StoreError> {
        for (number, change) in self.shared.outbox.pending() {
            if let Some(fact) = self.shared.sealing.seal(&change)? {
                let (key, end) = (fact.key, fact.keep.map(|keep| Instant::now() + keep));
                self.shared.put(fact).await?;
                // The store may lose it before it returns it.
                self.known.insert(key, Known { change: change.clone(), end });
            }
            self.shared.outbox.sent(number, &change);
        }
        Ok(())
    }

    async fn read(&mut self) -> Result<(), StoreError> {
        loop {
            let read = self.shared.facts(self.cursor).await?;
            if self.cursor.is_some_and(|cursor| cursor.history != read.cursor.history) {
                // The store has started a new history without the former facts.
                self.former.extend(std::mem::take(&mut self.known));
            }
            for fact in &read.facts {
                if fact.key.what() == ROUTED {
                    #[cfg(feature = "http")]
                    self.shared.receive(fact);
                    continue;
                }
                let change = self.shared.sealing.open(fact)?;
                if self.former.get(&fact.key).is_some_and(|known| known.change.is_stricter_than(&change)) {
                    // The store may have lost the later of the two. The stricter one is written again below.
                    continue;
                }
                self.apply(&change)?;
                let end = fact.keep.map(|keep| Instant::now() + keep);
                self.known.insert(fact.key, Known { change, end });
            }
            self.cursor = Some(read.cursor);
            if read.facts.is_empty() {
                break;
            }
        }
        for (key, known) in std::mem::take(&mut self.former) {
            if !self.known.contains_key(&key) {
                self.send(known.change);
            }
        }
        let now = Instant::now();
        self.known.retain(|_, known| known.end.is_none_or(|end| end > now));
        Ok(())
    }

    fn apply(&self, change: &Change) -> Result<(), StoreError> {
        let Some(node) = self.node.upgrade() else { return Ok(()) };
        let stricter = {
            let pending = self.shared.outbox.lock();
            if pending.is_newer(change) {
                return Ok(());
            }
            node.apply(change)?
        };
        if let Some(stricter) = stricter {
            self.send(stricter);
        }
        Ok(())
    }

    fn send(&self, change: Change) {
        let mut pending = self.shared.outbox.lock();
        if !pending.is_newer(&change) {
            pending.add(change);
        }
        drop(pending);
        self.shared.outbox.ring();
    }
}
