//! The shared store of a server: which operations a call uses, with which time limit, and what happens if the store is down.

#[cfg(feature = "http")]
use std::sync::Weak;
use std::{
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use futures_util::future::BoxFuture;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use tokio::sync::watch;

#[cfg(feature = "http")]
use super::routed::{Receiver, Receivers, Routed};
use super::{
    Admission, Begun, Charge, Cursor, Earlier, End, Fact, Facts, Fence, Operation, Outbox, SharedStore, StoreError,
    StoreKey, WhenDown, change::Sealing,
};
use crate::{
    KeyRing,
    identity::{LimitNames, Principal},
    keys::DerivedKey,
    limiter::{Limit, NotAdmitted},
};

const LIMITS: &str = "secure-tool/limits/1";
/// The maximum age of the known revocations and switches for a call that may write.
const FRESH: Duration = Duration::from_secs(3);
/// How long a process that has just started, and a call to it, wait for the store.
const START: Duration = Duration::from_secs(2);

/// The store is down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Down;

/// A type-erased [`SharedStore`].
trait AnyStore: Send + Sync {
    fn admit<'a>(&'a self, charges: &'a [Charge]) -> BoxFuture<'a, Result<Admission, StoreError>>;
    fn once(&self, key: StoreKey, keep: Duration) -> BoxFuture<'_, Result<bool, StoreError>>;
    fn begin(&self, key: StoreKey, operation: Operation) -> BoxFuture<'_, Result<Begun, StoreError>>;
    fn recall(&self, key: StoreKey) -> BoxFuture<'_, Result<Option<Earlier>, StoreError>>;
    fn finish(&self, key: StoreKey, fence: Fence, end: End) -> BoxFuture<'_, Result<bool, StoreError>>;
    fn mark(&self, key: StoreKey, keep: Duration) -> BoxFuture<'_, Result<(), StoreError>>;
    fn is_marked(&self, key: StoreKey) -> BoxFuture<'_, Result<bool, StoreError>>;
    fn put(&self, fact: Fact) -> BoxFuture<'_, Result<(), StoreError>>;
    fn facts(&self, after: Option<Cursor>) -> BoxFuture<'_, Result<Facts, StoreError>>;
    fn bell(&self) -> BoxFuture<'_, ()>;
}

impl<T: SharedStore> AnyStore for T {
    fn admit<'a>(&'a self, charges: &'a [Charge]) -> BoxFuture<'a, Result<Admission, StoreError>> {
        Box::pin(SharedStore::admit(self, charges))
    }

    fn once(&self, key: StoreKey, keep: Duration) -> BoxFuture<'_, Result<bool, StoreError>> {
        Box::pin(SharedStore::once(self, key, keep))
    }

    fn begin(&self, key: StoreKey, operation: Operation) -> BoxFuture<'_, Result<Begun, StoreError>> {
        Box::pin(SharedStore::begin(self, key, operation))
    }

    fn recall(&self, key: StoreKey) -> BoxFuture<'_, Result<Option<Earlier>, StoreError>> {
        Box::pin(SharedStore::recall(self, key))
    }

    fn finish(&self, key: StoreKey, fence: Fence, end: End) -> BoxFuture<'_, Result<bool, StoreError>> {
        Box::pin(SharedStore::finish(self, key, fence, end))
    }

    fn mark(&self, key: StoreKey, keep: Duration) -> BoxFuture<'_, Result<(), StoreError>> {
        Box::pin(SharedStore::mark(self, key, keep))
    }

    fn is_marked(&self, key: StoreKey) -> BoxFuture<'_, Result<bool, StoreError>> {
        Box::pin(SharedStore::is_marked(self, key))
    }

    fn put(&self, fact: Fact) -> BoxFuture<'_, Result<(), StoreError>> {
        Box::pin(SharedStore::put(self, fact))
    }

    fn facts(&self, after: Option<Cursor>) -> BoxFuture<'_, Result<Facts, StoreError>> {
        Box::pin(SharedStore::facts(self, after))
    }

    fn bell(&self) -> BoxFuture<'_, ()> {
        Box::pin(SharedStore::bell(self))
    }
}

/// A store, and its state as known to this process.
pub(crate) struct Shared {
    store: Box<dyn AnyStore>,
    limit: Duration,
    pub(crate) when_down: WhenDown,
    /// Whether calls do not use the store, because an operation has failed since the facts were last read.
    down: AtomicBool,
    started: Instant,
    /// When the facts were last read completely, in milliseconds since `started`.
    heard: AtomicU64,
    /// Whether they were ever read completely.
    ready: watch::Sender<bool>,
    pub(crate) outbox: Arc<Outbox>,
    pub(super) sealing: Sealing,
    naming: Naming,
    #[cfg(feature = "http")]
    receivers: Receivers,
}

impl Shared {
    /// # Errors
    ///
    /// If there is no secret, which cannot happen with a key ring.
    pub(crate) fn new<T: SharedStore>(store: T, when_down: WhenDown, keys: &KeyRing) -> Result<Self, String> {
        let missing = || "the key ring has no secret".to_owned();
        Ok(Self {
            store: Box::new(store),
            limit: T::LIMIT,
            when_down,
            down: AtomicBool::new(false),
            started: Instant::now(),
            heard: AtomicU64::new(0),
            ready: watch::Sender::new(false),
            outbox: Arc::default(),
            sealing: Sealing::new(keys).ok_or_else(missing)?,
            naming: Naming::new(keys).ok_or_else(missing)?,
            #[cfg(feature = "http")]
            receivers: Receivers::default(),
        })
    }

    /// Waits until the facts have been read once. Before that, a process may not know that it is halted.
    pub(crate) async fn ready(&self) -> Result<(), Down> {
        if *self.ready.borrow() {
            return Ok(());
        }
        let mut ready = self.ready.subscribe();
        let started = tokio::time::timeout(START, ready.wait_for(|ready| *ready)).await;
        started.map_err(|_| Down)?.map(drop).map_err(|_| Down)
    }

    pub(crate) fn is_ready(&self) -> bool {
        *self.ready.borrow()
    }

    /// Whether revocations and switches are recent enough for a call that may write.
    pub(crate) fn is_fresh(&self, now: Instant) -> bool {
        let heard = Duration::from_millis(self.heard.load(Ordering::Acquire));
        *self.ready.borrow() && now.saturating_duration_since(self.started).saturating_sub(heard) <= FRESH
    }

    /// Counts a call that this process itself would admit.
    pub(crate) async fn admit(&self, limits: &[Limit], principal: &Principal) -> Result<(), AdmitError> {
        let names = principal.limit_names(&self.naming);
        let charges: Option<Vec<Charge>> = limits.iter().map(|limit| charge(limit, &names)).collect();
        let charges = charges.ok_or(AdmitError::Down)?;
        match self.ask(self.store.admit(&charges)).await {
            Ok(Admission::Admitted) => Ok(()),
            Ok(Admission::Refused { charge, wait }) => {
                let rule = limits.get(charge).map_or("rate", |limit| limit.rule);
                Err(AdmitError::Refused(NotAdmitted::Exceeded { rule, wait }))
            }
            Err(Down) => Err(AdmitError::Down),
        }
    }

    /// Whether this is the first use in any process.
    pub(crate) async fn once(&self, what: [u8; 8], nonce: [u8; 16], keep: Duration) -> Result<bool, Down> {
        self.ask(self.store.once(StoreKey::new(what, nonce), keep)).await
    }

    pub(super) async fn begin(&self, key: StoreKey, operation: Operation) -> Result<Begun, Down> {
        self.ask(self.store.begin(key, operation)).await
    }

    pub(super) async fn recall(&self, key: StoreKey) -> Result<Option<Earlier>, Down> {
        self.ask(self.store.recall(key)).await
    }

    pub(super) async fn finish(&self, key: StoreKey, fence: Fence, end: End) -> Result<bool, Down> {
        self.ask(self.store.finish(key, fence, end)).await
    }

    pub(super) async fn mark(&self, key: StoreKey, keep: Duration) -> Result<(), Down> {
        self.ask(self.store.mark(key, keep)).await
    }

    pub(super) async fn is_marked(&self, key: StoreKey) -> Result<bool, Down> {
        self.ask(self.store.is_marked(key)).await
    }

    /// Waits for a response within the time limit, or not at all while the store is down.
    async fn ask<T>(&self, answer: impl Future<Output = Result<T, StoreError>>) -> Result<T, Down> {
        if self.down.load(Ordering::Acquire) {
            return Err(Down);
        }
        match tokio::time::timeout(self.limit, answer).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) if error.is_full => {
                tracing::warn!("the shared store is full: {error}");
                Err(Down)
            }
            Ok(Err(error)) => {
                self.mark_down("returned an error", &error);
                Err(Down)
            }
            Err(_) => {
                self.mark_down("did not respond in time", &StoreError::new("timeout"));
                Err(Down)
            }
        }
    }

    pub(super) fn mark_down(&self, how: &str, why: &StoreError) {
        if !self.down.swap(true, Ordering::AcqRel) {
            tracing::warn!("the shared store {how}: {why}");
            // The listener checks at once whether the store is back.
            self.outbox.ring();
        }
    }

    /// The facts were read completely.
    pub(super) fn mark_up(&self, asked: Instant) {
        if self.down.swap(false, Ordering::AcqRel) {
            tracing::info!("the shared store is available again");
        }
        let heard = asked.saturating_duration_since(self.started).as_millis();
        self.heard.store(u64::try_from(heard).unwrap_or(u64::MAX), Ordering::Release);
        self.ready.send_replace(true);
    }

    /// Passes messages from other processes to this receiver, as long as it exists.
    #[cfg(feature = "http")]
    pub(crate) fn receive_with(&self, receiver: Weak<dyn Receiver>) {
        self.receivers.add(receiver);
    }

    /// Handles a message from another process. One that cannot be read is dropped.
    #[cfg(feature = "http")]
    pub(super) fn receive(&self, fact: &Fact) {
        match self.sealing.open_routed(fact) {
            Ok(routed) => self.receivers.receive(&routed),
            Err(why) => tracing::debug!("a message from another process was dropped: {why}"),
        }
    }

    #[cfg(feature = "http")]
    pub(crate) fn seal_routed(&self, routed: &Routed) -> Result<Fact, StoreError> {
        self.sealing.seal_routed(routed)
    }

    /// Forwards a message to the other processes.
    #[cfg(feature = "http")]
    pub(crate) async fn route(&self, sealed: Fact) -> Result<(), Down> {
        self.ask(self.store.put(sealed)).await
    }

    pub(super) async fn put(&self, fact: Fact) -> Result<(), StoreError> {
        self.store.put(fact).await
    }

    pub(super) async fn facts(&self, after: Option<Cursor>) -> Result<Facts, StoreError> {
        self.store.facts(after).await
    }

    pub(super) async fn bell(&self) {
        self.store.bell().await;
    }
}

/// Why the store did not admit a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AdmitError {
    Refused(NotAdmitted),
    Down,
}

fn charge(limit: &Limit, names: &LimitNames) -> Option<Charge> {
    Some(Charge { key: StoreKey::new(limit.label, names.of(limit.per)?), limit: limit.shared() })
}

/// The names of limits and callers in the store: keyed hashes.
pub(crate) struct Naming {
    key: DerivedKey,
    /// Distinguishes the key from those of other rings.
    pub(crate) id: [u8; 16],
}

impl Naming {
    pub(super) fn new(keys: &KeyRing) -> Option<Self> {
        Self::all(keys).next()
    }

    /// The names by each of the secrets, the current one first.
    pub(super) fn all(keys: &KeyRing) -> impl Iterator<Item = Self> {
        keys.derive(LIMITS).into_iter().map(|key| Self { id: mac(&key, b"id", &[]), key })
    }

    /// The name of something with these parts.
    pub(crate) fn name(&self, what: &[u8], parts: &[&[u8]]) -> [u8; 16] {
        mac(&self.key, what, parts)
    }
}

/// The name of a limit.
pub(crate) fn label(keys: &KeyRing, parts: &[&str]) -> [u8; 8] {
    let parts: Vec<&[u8]> = parts.iter().map(|part| part.as_bytes()).collect();
    let name = Naming::new(keys).map(|naming| naming.name(b"limit", &parts)).unwrap_or_default();
    let [label @ .., _, _, _, _, _, _, _, _] = name;
    label
}

/// The first 16 bytes of an HMAC of parts with unambiguous boundaries.
fn mac(key: &DerivedKey, what: &[u8], parts: &[&[u8]]) -> [u8; 16] {
    // HMAC accepts a key of any length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&key[..]) else { return [0; 16] };
    for part in std::iter::once(&what).chain(parts) {
        mac.update(&part.len().to_le_bytes());
        mac.update(part);
    }
    let digest: [u8; 32] = mac.finalize().into_bytes().into();
    let [first @ .., _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _] = digest;
    first
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{Caller, Per};

    fn naming(first: u8) -> Naming {
        let secret: Vec<u8> = (first..first + 32).collect();
        Naming::new(&KeyRing::new(&secret).unwrap()).unwrap()
    }

    fn principal(caller: Caller) -> Principal {
        Principal::Caller(Arc::new(caller))
    }

    #[test]
    fn names_are_the_same_in_every_process_that_has_the_secret_and_in_no_other() {
        let alice = || Caller::new("alice").with_tenant("acme").with_client("app");
        let (one, other, strange) = (naming(0), naming(0), naming(100));
        let caller = principal(alice());
        for per in [Per::Caller, Per::Tenant, Per::Client] {
            let name = caller.limit_names(&one).of(per).unwrap();
            assert_eq!(principal(alice().with_scopes(["a"])).limit_names(&other).of(per), Some(name));
            // Also if the caller has cached its names for another key ring.
            assert_ne!(caller.limit_names(&strange).of(per), Some(name));
            assert_eq!(caller.limit_names(&one).of(per), Some(name));
            assert!(!name.windows(4).any(|part| b"alice acme app".windows(4).any(|word| part == word)));
        }
        let of = |caller: Caller, per| principal(caller).limit_names(&one).of(per);
        assert_ne!(of(alice().with_tenant("globex"), Per::Caller), of(alice(), Per::Caller));
        assert_eq!(of(alice().with_tenant("globex"), Per::Client), of(alice(), Per::Client));
        assert_ne!(of(Caller::new("acme").with_tenant("acme"), Per::Caller), of(alice(), Per::Tenant));
        assert_eq!(of(Caller::new("alice"), Per::Tenant), None);
        // What is one part cannot pass for two.
        assert_ne!(of(Caller::new("b").with_tenant("a"), Per::Caller), of(Caller::new("+ab"), Per::Caller));
    }

    #[test]
    fn a_limit_has_the_name_of_what_it_limits() {
        let keys = KeyRing::random().unwrap();
        let of = |parts: &[&str]| label(&keys, parts);
        assert_eq!(of(&["rate", "tool", "a", "60/minute"]), of(&["rate", "tool", "a", "60/minute"]));
        assert_ne!(of(&["rate", "tool", "a", "60/minute"]), of(&["rate", "tool", "b", "60/minute"]));
        assert_ne!(of(&["rate", "tool", "a"]), of(&["rate", "too", "la"]));
        assert_ne!(of(&["rate"]), label(&KeyRing::random().unwrap(), &["rate"]));
    }
}
