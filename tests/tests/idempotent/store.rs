//! A store that fails on command, and shows what it receives.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use secure_tool::store::{
    Admission, Begun, Charge, Cursor, Earlier, End, Fact, Facts, Fence, MemoryStore, Operation, Progress, SharedStore,
    StoreError, StoreKey,
};
use tokio::sync::Semaphore;

/// Clones are the same store.
#[derive(Clone)]
pub(crate) struct Broken(pub(crate) Arc<Inner>);

pub(crate) struct Inner {
    store: MemoryStore,
    pub(crate) all_fails: AtomicBool,
    /// The ends of operations are lost.
    pub(crate) loses_ends: AtomicBool,
    /// Answers are not taken, but that there was one is.
    pub(crate) is_full: AtomicBool,
    /// Nothing more can begin.
    pub(crate) has_no_room: AtomicBool,
    /// Each beginning waits for a permit, after it is made.
    pub(crate) begins: Semaphore,
    /// How many were made.
    pub(crate) begun: AtomicUsize,
    /// Each look at an operation waits for a permit, after it is taken.
    pub(crate) recalls: Semaphore,
    /// How many were taken.
    pub(crate) recalled: AtomicUsize,
    /// Each end waits for a permit, before it is taken.
    pub(crate) finishes: Semaphore,
    /// How many were told.
    pub(crate) finishing: AtomicUsize,
    pub(crate) ends: Mutex<Vec<(StoreKey, End)>>,
    /// The answer that every operation has.
    pub(crate) forged: Mutex<Option<Box<[u8]>>>,
}

impl Broken {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Inner {
            store: MemoryStore::new().unwrap(),
            all_fails: AtomicBool::new(false),
            loses_ends: AtomicBool::new(false),
            is_full: AtomicBool::new(false),
            has_no_room: AtomicBool::new(false),
            begins: Semaphore::new(Semaphore::MAX_PERMITS),
            begun: AtomicUsize::new(0),
            recalls: Semaphore::new(Semaphore::MAX_PERMITS),
            recalled: AtomicUsize::new(0),
            finishes: Semaphore::new(Semaphore::MAX_PERMITS),
            finishing: AtomicUsize::new(0),
            ends: Mutex::default(),
            forged: Mutex::default(),
        }))
    }

    /// From now on beginnings wait.
    pub(crate) fn hold_beginnings(&self) {
        self.0.begins.forget_permits(Semaphore::MAX_PERMITS);
    }

    /// From now on looks at operations wait.
    pub(crate) fn hold_recalls(&self) {
        self.0.recalls.forget_permits(Semaphore::MAX_PERMITS);
    }

    /// From now on ends wait.
    pub(crate) fn hold_ends(&self) {
        self.0.finishes.forget_permits(Semaphore::MAX_PERMITS);
    }

    fn store(&self) -> Result<&MemoryStore, StoreError> {
        if self.0.all_fails.load(Ordering::SeqCst) { Err(StoreError::new("told to fail")) } else { Ok(&self.0.store) }
    }

    /// The answers that it was given.
    pub(crate) fn answers(&self) -> Vec<Box<[u8]>> {
        let ends = self.0.ends.lock().unwrap_or_else(PoisonError::into_inner);
        let answers = ends.iter().filter_map(|(_, end)| match end {
            End::Done(answer) => Some(answer.clone()),
            End::Undone => None,
        });
        answers.collect()
    }

    pub(crate) fn forge(&self, answer: Option<Box<[u8]>>) {
        *self.0.forged.lock().unwrap_or_else(PoisonError::into_inner) = answer;
    }
}

impl SharedStore for Broken {
    const LIMIT: Duration = Duration::from_secs(30);

    async fn admit(&self, charges: &[Charge]) -> Result<Admission, StoreError> {
        self.store()?.admit(charges).await
    }

    async fn once(&self, key: StoreKey, keep: Duration) -> Result<bool, StoreError> {
        self.store()?.once(key, keep).await
    }

    async fn begin(&self, key: StoreKey, operation: Operation) -> Result<Begun, StoreError> {
        if self.0.has_no_room.load(Ordering::SeqCst) {
            return Err(StoreError::full("told to be full"));
        }
        let begun = self.store()?.begin(key, operation).await;
        self.0.begun.fetch_add(1, Ordering::SeqCst);
        let _ = self.0.begins.acquire().await;
        begun
    }

    async fn recall(&self, key: StoreKey) -> Result<Option<Earlier>, StoreError> {
        let earlier = self.store()?.recall(key).await?;
        self.0.recalled.fetch_add(1, Ordering::SeqCst);
        let _ = self.0.recalls.acquire().await;
        let forged = self.0.forged.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Ok(earlier.map(|earlier| match forged {
            Some(forged) => Earlier { progress: Progress::Done(forged), ..earlier },
            None => earlier,
        }))
    }

    async fn finish(&self, key: StoreKey, fence: Fence, end: End) -> Result<bool, StoreError> {
        self.0.finishing.fetch_add(1, Ordering::SeqCst);
        let _ = self.0.finishes.acquire().await;
        if self.0.loses_ends.load(Ordering::SeqCst) {
            return Err(StoreError::new("told to lose it"));
        }
        if let (true, End::Done(answer)) = (self.0.is_full.load(Ordering::SeqCst), &end)
            && answer.len() > 100
        {
            return Err(StoreError::full("told to be full"));
        }
        self.0.ends.lock().unwrap_or_else(PoisonError::into_inner).push((key, end.clone()));
        self.store()?.finish(key, fence, end).await
    }

    async fn mark(&self, key: StoreKey, keep: Duration) -> Result<(), StoreError> {
        self.store()?.mark(key, keep).await
    }

    async fn is_marked(&self, key: StoreKey) -> Result<bool, StoreError> {
        self.store()?.is_marked(key).await
    }

    async fn put(&self, fact: Fact) -> Result<(), StoreError> {
        self.store()?.put(fact).await
    }

    async fn facts(&self, after: Option<Cursor>) -> Result<Facts, StoreError> {
        self.store()?.facts(after).await
    }

    async fn bell(&self) {
        self.0.store.bell().await;
    }
}
