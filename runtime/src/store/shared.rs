//! The store of a server: what is asked of it in a call, for how long, and what happens if it cannot tell.

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
/// How old what was last heard of revocations and switches may be for a call that may write.
const FRESH: Duration = Duration::from_secs(3);
/// How long a process that has just started waits for the store. A call waits with it.
const START: Duration = Duration::from_secs(2);

/// The store cannot tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Down;

/// A [`SharedStore`] whose type is forgotten.
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

/// A store, and what this process knows of it.
pub(crate) struct Shared {
    store: Box<dyn AnyStore>,
    limit: Duration,
    pub(crate) when_down: WhenDown,
    /// Whether calls ask nothing, as an operation has failed since the facts were last read.
    down: AtomicBool,
    started: Instant,
    /// When the facts were last read to their end, in milliseconds since `started`.
    heard: AtomicU64,
    /// Whether they ever were.
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
    /// If there is no secret, which no key ring is without.
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

    /// Waits until the facts were read once. A process that never has may not know that it is halted.
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

    /// Whether revocations and switches are known well enough for a call that may write.
    pub(crate) fn is_fresh(&self, now: Instant) -> bool {
        let heard = Duration::from_millis(self.heard.load(Ordering::Acquire));
        *self.ready.borrow() && now.saturating_duration_since(self.started).saturating_sub(heard) <= FRESH
    }

    /// Counts a call that this process would admit.
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

    /// Whether this is the first use anywhere.
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

    /// Waits for an answer, within the limit, and not at all while the store is down.
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
                self.fell("returned an error", &error);
                Err(Down)
            }
            Err(_) => {
                self.fell("did not respond in time", &StoreError::new("timeout"));
                Err(Down)
            }
        }
    }

    pub(super) fn fell(&self, how: &str, why: &StoreError) {
        if !self.down.swap(true, Ordering::AcqRel) {
            tracing::warn!("the shared store {how}: {why}");
            // The listener looks at once whether it is back.
            self.outbox.ring();
        }
    }

    /// The facts were read to their end.
    pub(super) fn rose(&self, asked: Instant) {
        if self.down.swap(false, Ordering::AcqRel) {
            tracing::info!("the shared store is available again");
        }
        let heard = asked.saturating_duration_since(self.started).as_millis();
        self.heard.store(u64::try_from(heard).unwrap_or(u64::MAX), Ordering::Release);
        self.ready.send_replace(true);
    }

    /// Gives messages that other processes have passed on to this receiver, as long as it is there.
    #[cfg(feature = "http")]
    pub(crate) fn receive_with(&self, receiver: Weak<dyn Receiver>) {
        self.receivers.add(receiver);
    }

    /// A message from another process. One that cannot be read is for nobody.
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

    /// Passes a message on to the other processes.
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

/// Why the store does not admit a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AdmitError {
    Refused(NotAdmitted),
    Down,
}

fn charge(limit: &Limit, names: &LimitNames) -> Option<Charge> {
    Some(Charge { key: StoreKey::new(limit.label, names.of(limit.per)?), limit: limit.shared() })
}

/// What limits and callers are called in the store: keyed hashes.
pub(crate) struct Naming {
    key: DerivedKey,
    /// Tells the key apart from those of other rings.
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

    /// The name of whatever has these parts.
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

/// The first 16 bytes of an HMAC of parts that cannot run into one another.
fn mac(key: &DerivedKey, what: &[u8], parts: &[&[u8]]) -> [u8; 16] {
    // A key of any length is one.
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
            // Also of a caller that is remembered with the names of another ring.
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
