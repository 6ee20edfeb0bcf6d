//! A store that fails on command.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use secure_tool::store::{
    Admission, Begun, Charge, Cursor, Earlier, End, Fact, Facts, Fence, MemoryStore, Operation, SharedStore,
    StoreError, StoreKey,
};

/// What is the matter with the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    None,
    /// It answers with an error.
    Fails,
    /// It does not answer.
    Hangs,
    /// It takes no fact.
    IsFull,
}

/// Clones are the same store.
#[derive(Clone)]
pub(crate) struct Faulty(Arc<Inner>);

struct Inner {
    store: Mutex<MemoryStore>,
    fault: Mutex<Fault>,
    asked: AtomicUsize,
}

impl Faulty {
    pub(crate) fn new(fault: Fault) -> Self {
        Self::of(MemoryStore::new().unwrap(), fault)
    }

    /// A way to this store.
    pub(crate) fn of(store: MemoryStore, fault: Fault) -> Self {
        Self(Arc::new(Inner { store: Mutex::new(store), fault: Mutex::new(fault), asked: AtomicUsize::new(0) }))
    }

    pub(crate) fn set(&self, fault: Fault) {
        *self.0.fault.lock().unwrap_or_else(PoisonError::into_inner) = fault;
    }

    /// How many charges and keys it was asked about.
    pub(crate) fn asked(&self) -> usize {
        self.0.asked.load(Ordering::SeqCst)
    }

    /// Loses all that it knows, as by a restart.
    pub(crate) fn lose(&self) {
        self.hold(MemoryStore::new().unwrap());
    }

    /// From now on it is this store.
    pub(crate) fn hold(&self, store: MemoryStore) {
        *self.0.store.lock().unwrap_or_else(PoisonError::into_inner) = store;
    }

    fn store(&self) -> MemoryStore {
        self.0.store.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn working(&self) -> Result<MemoryStore, StoreError> {
        let fault = *self.0.fault.lock().unwrap_or_else(PoisonError::into_inner);
        match fault {
            Fault::None | Fault::IsFull => Ok(self.store()),
            Fault::Fails => Err(StoreError::new("told to fail")),
            Fault::Hangs => std::future::pending().await,
        }
    }
}

impl SharedStore for Faulty {
    async fn admit(&self, charges: &[Charge]) -> Result<Admission, StoreError> {
        self.0.asked.fetch_add(1, Ordering::SeqCst);
        self.working().await?.admit(charges).await
    }

    async fn once(&self, key: StoreKey, keep: Duration) -> Result<bool, StoreError> {
        self.0.asked.fetch_add(1, Ordering::SeqCst);
        self.working().await?.once(key, keep).await
    }

    async fn begin(&self, key: StoreKey, operation: Operation) -> Result<Begun, StoreError> {
        self.0.asked.fetch_add(1, Ordering::SeqCst);
        self.working().await?.begin(key, operation).await
    }

    async fn recall(&self, key: StoreKey) -> Result<Option<Earlier>, StoreError> {
        self.0.asked.fetch_add(1, Ordering::SeqCst);
        self.working().await?.recall(key).await
    }

    async fn finish(&self, key: StoreKey, fence: Fence, end: End) -> Result<bool, StoreError> {
        self.0.asked.fetch_add(1, Ordering::SeqCst);
        self.working().await?.finish(key, fence, end).await
    }

    async fn mark(&self, key: StoreKey, keep: Duration) -> Result<(), StoreError> {
        self.0.asked.fetch_add(1, Ordering::SeqCst);
        self.working().await?.mark(key, keep).await
    }

    async fn is_marked(&self, key: StoreKey) -> Result<bool, StoreError> {
        self.0.asked.fetch_add(1, Ordering::SeqCst);
        self.working().await?.is_marked(key).await
    }

    async fn put(&self, fact: Fact) -> Result<(), StoreError> {
        let store = self.working().await?;
        if *self.0.fault.lock().unwrap_or_else(PoisonError::into_inner) == Fault::IsFull {
            return Err(StoreError::full("told to be full"));
        }
        store.put(fact).await
    }

    async fn facts(&self, after: Option<Cursor>) -> Result<Facts, StoreError> {
        self.working().await?.facts(after).await
    }

    /// It never rings, so that what is learnt is learnt by looking.
    async fn bell(&self) {
        std::future::pending::<()>().await;
    }
}
