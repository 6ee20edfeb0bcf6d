//! What was found out about tokens, by their SHA-256: the tokens themselves are kept nowhere.

use std::time::Duration;

use moka::sync::Cache;
use sha2::{Digest, Sha256};
use tokio::time::Instant;

/// How many tokens are remembered by default.
pub(in crate::http) const DEFAULT_CAPACITY: u64 = 10_000;
/// Nothing is remembered for longer.
pub(in crate::http) const LONGEST_KEEP: Duration = Duration::from_secs(60);

/// A bounded memory of tokens.
pub(in crate::http) struct TokenCache<T> {
    entries: Cache<[u8; 32], Entry<T>>,
    keep: Duration,
}

#[derive(Clone)]
struct Entry<T> {
    value: T,
    since: Instant,
    keep: Duration,
}

impl<T: Clone + Send + Sync + 'static> TokenCache<T> {
    /// Remembers at most so many tokens, each at most for so long.
    pub(in crate::http) fn new(capacity: u64, keep: Duration) -> Self {
        Self { entries: Cache::builder().max_capacity(capacity).time_to_live(LONGEST_KEEP).build(), keep }
    }

    /// What a token is remembered by.
    pub(in crate::http) fn digest(token: &str) -> [u8; 32] {
        Sha256::digest(token.as_bytes()).into()
    }

    pub(in crate::http) fn get(&self, digest: &[u8; 32]) -> Option<T> {
        let entry = self.entries.get(digest)?;
        (entry.since.elapsed() < entry.keep).then_some(entry.value)
    }

    /// Remembers a token for the shorter of this time and the one of the cache.
    pub(in crate::http) fn insert(&self, digest: [u8; 32], value: T, keep: Duration) {
        let keep = keep.min(self.keep);
        self.entries.insert(digest, Entry { value, since: Instant::now(), keep });
    }

    /// How many are remembered.
    #[cfg(test)]
    pub(in crate::http) fn len(&self) -> u64 {
        self.entries.run_pending_tasks();
        self.entries.entry_count()
    }
}
