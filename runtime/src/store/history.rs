//! What earlier calls have left behind: operations that must not happen twice, and calls that have succeeded.

use std::{sync::Arc, time::Duration};

use super::{
    Begun, Earlier, End, Fence, MemoryStore, Naming, Operation, Shared, SharedStore, StoreError, StoreKey, shared::Down,
};
use crate::{KeyRing, Per, identity::Principal};

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
        self.labelled(self.label(what), whose)
    }

    /// What `what` names, for keys that are made of it.
    pub(crate) fn label(&self, what: &[&[u8]]) -> [u8; 8] {
        let [label @ .., _, _, _, _, _, _, _, _] = self.naming.name(b"history/what", what);
        label
    }

    /// The key of what a label stands for and `whose` names.
    pub(crate) fn labelled(&self, label: [u8; 8], whose: &[&[u8]]) -> StoreKey {
        StoreKey::new(label, self.naming.name(b"history/whose", whose))
    }

    /// The name of a caller, subject and tenant; nothing without a credential.
    pub(crate) fn caller(&self, principal: &Principal) -> Option<[u8; 16]> {
        principal.caller()?;
        principal.limit_names(&self.naming).of(Per::Caller)
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
