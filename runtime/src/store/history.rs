//! The history of calls: operations that must not happen twice, and calls that have succeeded.

use std::{sync::Arc, time::Duration};

use super::{
    Begun, Earlier, End, Fence, MOST_ANSWER, MemoryStore, Naming, Operation, Shared, SharedStore, StoreError, StoreKey,
    seal::{Ciphers, SEAL_OVERHEAD},
    shared::Down,
};
use crate::{KeyRing, Per, digest::Digest, identity::Principal};

const ANSWERS: &str = "secure-tool/answers/1";

/// Where a server remembers earlier calls: in its shared store, or in memory if it has none.
pub(crate) struct CallHistory {
    backend: Backend,
    naming: Naming,
    /// The names by previous secrets, so that operations that were begun under them are still found after the secret has changed.
    former: Vec<Naming>,
    answers: Ciphers,
}

/// The name of an operation in the store, by one secret.
#[derive(Clone, Copy)]
pub(crate) struct OperationName {
    pub(crate) key: StoreKey,
    /// A keyed hash of the operation.
    pub(crate) fingerprint: [u8; 16],
    /// A hash of what the tool may release.
    rules: Digest,
}

impl OperationName {
    /// The place that its answer is sealed for. A tool that releases something else cannot open it.
    fn place(&self) -> Vec<u8> {
        [&self.key.place()[..], &self.fingerprint, &self.rules].concat()
    }
}

enum Backend {
    Memory(MemoryStore),
    Shared(Arc<Shared>),
}

impl CallHistory {
    /// # Errors
    ///
    /// If the key ring holds no secret, which cannot happen, or the operating system provides no random bytes.
    pub(crate) fn new(shared: Option<&Arc<Shared>>, keys: &KeyRing) -> Result<Self, String> {
        let mut namings = Naming::all(keys);
        let naming = namings.next().ok_or("the key ring has no secret")?;
        let former = namings.collect();
        let backend = match shared {
            Some(shared) => Backend::Shared(Arc::clone(shared)),
            None => Backend::Memory(MemoryStore::new().map_err(|error| error.to_string())?),
        };
        Ok(Self { backend, naming, former, answers: Ciphers::new(keys, ANSWERS) })
    }

    /// The label of `what`, from which keys are made.
    pub(crate) fn label(&self, what: &[&[u8]]) -> [u8; 8] {
        label(&self.naming, what)
    }

    /// The key of this label and owner.
    pub(crate) fn labelled(&self, label: [u8; 8], whose: &[&[u8]]) -> StoreKey {
        labelled(&self.naming, label, whose)
    }

    /// The name of a caller, from subject and tenant; empty without a credential.
    pub(crate) fn caller(&self, principal: &Principal) -> Option<[u8; 16]> {
        principal.caller()?;
        principal.limit_names(&self.naming).of(Per::Caller)
    }

    /// The names of an operation of a tool for a caller, identified `by` these parts, that `does` this; the current name first. Stores limit the
    /// number of operations per caller, across all tools.
    pub(crate) fn operation(
        &self,
        (tool, rules): (&str, &Digest),
        principal: &Principal,
        by: &[&[u8]],
        does: &[u8],
    ) -> Vec<OperationName> {
        let name = |naming: &Naming| {
            let caller = principal.limit_names(naming).of(Per::Caller).unwrap_or_default();
            let label = label(naming, &[b"idempotency", &caller]);
            let of: [&[u8]; 2] = [tool.as_bytes(), &caller];
            OperationName {
                key: labelled(naming, label, &[&of, by].concat()),
                fingerprint: naming.name(b"history/fingerprint", &[tool.as_bytes(), does]),
                rules: *rules,
            }
        };
        std::iter::once(&self.naming).chain(&self.former).map(name).collect()
    }

    /// Seals the answer of an operation; `None` if it is longer than what a store must keep.
    pub(crate) fn seal(&self, operation: &OperationName, answer: &[u8]) -> Result<Option<Box<[u8]>>, StoreError> {
        if answer.len() > MOST_ANSWER - SEAL_OVERHEAD {
            return Ok(None);
        }
        self.answers.seal(&operation.place(), answer).map(Some)
    }

    /// Opens the answer of an operation; `None` if it was not sealed for it with a secret of this server.
    pub(crate) fn open(&self, operation: &OperationName, sealed: &[u8]) -> Option<Vec<u8>> {
        self.answers.open(&operation.place(), sealed)
    }

    /// Whether it is in this process, so that it responds at once.
    pub(crate) fn is_local(&self) -> bool {
        matches!(self.backend, Backend::Memory(_))
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

fn label(naming: &Naming, what: &[&[u8]]) -> [u8; 8] {
    let [label @ .., _, _, _, _, _, _, _, _] = naming.name(b"history/what", what);
    label
}

fn labelled(naming: &Naming, label: [u8; 8], whose: &[&[u8]]) -> StoreKey {
    StoreKey::new(label, naming.name(b"history/whose", whose))
}

/// The memory of this process fails only if it is full.
fn local<T>(answer: Result<T, StoreError>) -> Result<T, Down> {
    answer.map_err(|why| {
        tracing::warn!("the history of calls cannot be kept: {why}");
        Down
    })
}
