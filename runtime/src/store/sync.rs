//! The task that tells the store what this process has changed, and this process what the others have.

use std::{
    collections::HashMap,
    sync::{Arc, Weak},
    time::{Duration, Instant},
};

use super::{
    Cursor, Shared, StoreError, StoreKey,
    change::{Change, ROUTED},
};

/// How often the facts are read without the bell.
const POLL: Duration = Duration::from_millis(500);
/// How long one look at the store may take.
const LOOK: Duration = Duration::from_secs(2);

/// What the changes of others have their effect on.
pub(crate) trait Node: Send + Sync + 'static {
    /// Gives it effect. Where what this process knows is stricter, that is the answer, for the others to know.
    ///
    /// # Errors
    ///
    /// If it cannot.
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
            let looked = tokio::time::timeout(LOOK, listener.look()).await;
            match looked.unwrap_or_else(|_| Err(StoreError::new("timeout"))) {
                Ok(()) => listener.shared.rose(asked),
                Err(why) => listener.shared.fell("cannot list its facts", &why),
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
    /// The last change of each thing, as the store has told it, so that a store that has lost them can be told again.
    known: HashMap<StoreKey, Known>,
    /// Those of a history that the store has lost, until it has told the one that it has now.
    former: HashMap<StoreKey, Known>,
}

/// A change, and until when the store keeps it.
struct Known {
    change: Change,
    end: Option<Instant>,
}

impl<N: Node> Listener<N> {
    /// Sends what waits, and reads what is new, also where a store that is full takes nothing.
    async fn look(&mut self) -> Result<(), StoreError> {
        let sent = self.send_pending().await;
        self.read().await?;
        sent
    }

    async fn send_pending(&mut self) -> Result<(), StoreError> {
        for (number, change) in self.shared.outbox.pending() {
            if let Some(fact) = self.shared.sealing.seal(&change)? {
                let (key, end) = (fact.key, fact.keep.map(|keep| Instant::now() + keep));
                self.shared.put(fact).await?;
                // The store may lose it before it has told it.
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
                // The store has begun anew, without what it knew.
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
                    // The store may have lost the later one of the two. It is told the stricter one again, below.
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
