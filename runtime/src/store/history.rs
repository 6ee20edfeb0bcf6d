//! What earlier calls have left behind: operations that must not happen twice, and calls that have succeeded.

use std::{sync::Arc, time::Duration};

use super::{
    Begun, Earlier, End, Fence, MemoryStore, Naming, Operation, Shared, SharedStore, StoreError, StoreKey, shared::Down,
};
use crate::KeyRing;

/// Where a server remembers earlier calls: in its shared store, or in its memory if it has none.
pub(crate) struct CallHistory {
    backend: Backend,
    naming: Naming,
}

enum Backend {
    Memory(MemoryStore),
    Shared(Arc<Shared>),
}

impl CallHistory {
    /// # Errors
    ///
    /// If the key ring holds no secret, which no key ring does, or the system gives no random bytes.
    pub(crate) fn new(shared: Option<&Arc<Shared>>, keys: &KeyRing) -> Result<Self, String> {
        let naming = Naming::new(keys).ok_or("there is no secret")?;
        let backend = match shared {
            Some(shared) => Backend::Shared(Arc::clone(shared)),
            None => Backend::Memory(MemoryStore::new().map_err(|error| error.to_string())?),
        };
        Ok(Self { backend, naming })
    }

    /// The key of whatever `what` and `whose` name. Stores limit how many operations have the same `what`.
    pub(crate) fn key(&self, what: &[&[u8]], whose: &[&[u8]]) -> StoreKey {
        let [what @ .., _, _, _, _, _, _, _, _] = self.naming.name(b"history/what", what);
        StoreKey::new(what, self.naming.name(b"history/whose", whose))
    }

    /// A keyed hash of what an operation does.
    pub(crate) fn fingerprint(&self, parts: &[&[u8]]) -> [u8; 16] {
        self.naming.name(b"history/fingerprint", parts)
    }

    pub(crate) async fn begin(&self, key: StoreKey, operation: Operation) -> Result<Begun, Down> {
        match &self.backend {
            Backend::Memory(memory) => local(memory.begin(key, operation).await),
            Backend::Shared(shared) => shared.begin(key, operation).await,
        }
    }

    pub(crate) async fn recall(&self, key: StoreKey) -> Result<Option<Earlier>, Down> {
        match &self.backend {
            Backend::Memory(memory) => local(memory.recall(key).await),
            Backend::Shared(shared) => shared.recall(key).await,
        }
    }

    pub(crate) async fn finish(&self, key: StoreKey, fence: Fence, end: End) -> Result<bool, Down> {
        match &self.backend {
            Backend::Memory(memory) => local(memory.finish(key, fence, end).await),
            Backend::Shared(shared) => shared.finish(key, fence, end).await,
        }
    }

    pub(crate) async fn mark(&self, key: StoreKey, keep: Duration) -> Result<(), Down> {
        match &self.backend {
            Backend::Memory(memory) => local(memory.mark(key, keep).await),
            Backend::Shared(shared) => shared.mark(key, keep).await,
        }
    }

    pub(crate) async fn is_marked(&self, key: StoreKey) -> Result<bool, Down> {
        match &self.backend {
            Backend::Memory(memory) => local(memory.is_marked(key).await),
            Backend::Shared(shared) => shared.is_marked(key).await,
        }
    }
}

/// The memory of this process fails only where it is full.
fn local<T>(answer: Result<T, StoreError>) -> Result<T, Down> {
    answer.map_err(|why| {
        tracing::warn!("earlier calls cannot be remembered: {why}");
        Down
    })
}
