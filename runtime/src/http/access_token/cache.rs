//! A bounded map of tokens by their SHA-256: the tokens themselves are kept nowhere.

use std::time::Duration;

use moka::{policy::EvictionPolicy, sync::Cache};
use sha2::{Digest as _, Sha256};
use tokio::time::Instant;

/// What a token is remembered by: its SHA-256.
pub(in crate::http) type Digest = [u8; 32];

pub(in crate::http) fn digest(token: &str) -> Digest {
    Sha256::digest(token.as_bytes()).into()
}

/// A bounded cache of tokens.
pub(super) struct TokenCache<T> {
    entries: Cache<Digest, Entry<T>>,
    keep: Duration,
}

#[derive(Clone)]
struct Entry<T> {
    value: T,
    since: Instant,
}

impl<T: Clone + Send + Sync + 'static> TokenCache<T> {
    /// Remembers at most this many tokens, each for this long. When the cache is full, it keeps the tokens that are used most.
    pub(super) fn new(capacity: u64, keep: Duration) -> Self {
        Self::with_policy(capacity, keep, EvictionPolicy::tiny_lfu())
    }

    /// The same, but a full cache keeps the tokens that were used last.
    pub(super) fn recent(capacity: u64, keep: Duration) -> Self {
        Self::with_policy(capacity, keep, EvictionPolicy::lru())
    }

    fn with_policy(capacity: u64, keep: Duration, policy: EvictionPolicy) -> Self {
        let entries = Cache::builder().max_capacity(capacity).time_to_live(keep).eviction_policy(policy);
        Self { entries: entries.build(), keep }
    }

    pub(super) fn get(&self, digest: &Digest) -> Option<T> {
        let entry = self.entries.get(digest)?;
        (entry.since.elapsed() < self.keep).then_some(entry.value)
    }

    pub(super) fn insert(&self, digest: Digest, value: T) {
        self.entries.insert(digest, Entry { value, since: Instant::now() });
    }

    pub(super) fn remove(&self, digest: &Digest) {
        self.entries.invalidate(digest);
    }

    /// How many are remembered.
    #[cfg(test)]
    pub(super) fn len(&self) -> u64 {
        self.entries.run_pending_tasks();
        self.entries.entry_count()
    }
}
