//! What was found out about tokens.

use std::{sync::Arc, time::Duration};

use super::{
    Grant, Refused,
    bulkhead::Reputation,
    cache::{Digest, TokenCache},
};

/// How many tokens are remembered by default.
pub(in crate::http) const DEFAULT_CAPACITY: u64 = 10_000;
/// Nothing that was found out is relied on for longer.
pub(in crate::http) const LONGEST_KEEP: Duration = Duration::from_secs(60);
/// How long a refusal is remembered.
pub(in crate::http) const REFUSAL_KEEP: Duration = Duration::from_secs(10);
/// How long it is remembered that a token was good. Nobody is let in by that; it only decides who is checked first.
const PROVEN_KEEP: Duration = Duration::from_secs(60 * 60);

/// What was found out about a token.
pub(in crate::http) type Outcome = Result<Arc<Grant>, Refused>;

/// What was found out about tokens, each kind in a cache of its own: made-up tokens cannot push good ones out.
pub(in crate::http) struct TokenMemory {
    accepted: TokenCache<Accepted>,
    refused: TokenCache<Rejected>,
    proven: TokenCache<()>,
}

#[derive(Clone)]
struct Accepted {
    grant: Arc<Grant>,
    generation: u64,
}

#[derive(Clone, Copy)]
struct Rejected {
    reason: Refused,
    generation: u64,
}

impl TokenMemory {
    /// Remembers at most this many good tokens, each for this long, and as many refused ones.
    pub(in crate::http) fn new(capacity: u64, keep: Duration) -> Self {
        let others = capacity.max(DEFAULT_CAPACITY);
        Self {
            accepted: TokenCache::new(capacity, keep),
            refused: TokenCache::new(DEFAULT_CAPACITY, REFUSAL_KEEP),
            proven: TokenCache::recent(others, PROVEN_KEEP),
        }
    }

    /// The grant of a token that was found good with this generation of the keys.
    pub(in crate::http) fn accepted(
        &self,
        digest: &Digest,
        generation: impl FnOnce() -> Option<u64>,
    ) -> Option<Arc<Grant>> {
        let accepted = self.accepted.get(digest)?;
        (generation() == Some(accepted.generation)).then_some(accepted.grant)
    }

    /// Why a token was refused with this generation of the keys.
    pub(in crate::http) fn refused(
        &self,
        digest: &Digest,
        generation: impl FnOnce() -> Option<u64>,
    ) -> Option<Refused> {
        let rejected = self.refused.get(digest)?;
        (generation() == Some(rejected.generation)).then_some(rejected.reason)
    }

    /// Whether a token was good not long ago.
    pub(in crate::http) fn standing(&self, digest: &Digest) -> Reputation {
        if self.proven.get(digest).is_some() { Reputation::Proven } else { Reputation::Unknown }
    }

    /// Remembers what was found out with this generation of the keys, unless it may be otherwise the next moment.
    pub(in crate::http) fn remember(&self, digest: Digest, outcome: &Outcome, generation: u64) {
        match outcome {
            Ok(grant) => {
                self.accepted.insert(digest, Accepted { grant: Arc::clone(grant), generation });
                self.proven.insert(digest, ());
            }
            Err(reason) => {
                if *reason != Refused::Unavailable {
                    self.accepted.remove(&digest);
                }
                if reason.is_permanent() {
                    self.proven.remove(&digest);
                    self.refused.insert(digest, Rejected { reason: *reason, generation });
                }
            }
        }
    }

    /// How many good tokens, and how many refused ones, are remembered.
    #[cfg(test)]
    pub(in crate::http) fn len(&self) -> (u64, u64) {
        (self.accepted.len(), self.refused.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Caller, http::access_token::digest};

    fn grant() -> Arc<Grant> {
        let caller = Arc::new(Caller::new("alice"));
        Arc::new(Grant { caller, key: None, issued: None, expires: 1, binding: None })
    }

    #[test]
    fn what_was_found_out_holds_for_one_generation_of_the_keys() {
        let memory = TokenMemory::new(8, LONGEST_KEEP);
        memory.remember(digest("good"), &Ok(grant()), 1);
        memory.remember(digest("bad"), &Err(Refused::Signature), 1);
        assert!(memory.accepted(&digest("good"), || Some(1)).is_some());
        assert_eq!(memory.refused(&digest("bad"), || Some(1)), Some(Refused::Signature));
        for other in [None, Some(0), Some(2)] {
            assert!(memory.accepted(&digest("good"), || other).is_none());
            assert_eq!(memory.refused(&digest("bad"), || other), None, "another key may have signed it");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_token_counts_as_proven_until_it_is_refused() {
        let memory = TokenMemory::new(8, LONGEST_KEEP);
        let token = digest("token");
        assert_eq!(memory.standing(&token), Reputation::Unknown);
        memory.remember(token, &Ok(grant()), 1);
        tokio::time::advance(LONGEST_KEEP).await;
        assert!(memory.accepted(&token, || Some(1)).is_none());
        assert_eq!(memory.standing(&token), Reputation::Proven);
        memory.remember(token, &Err(Refused::Unavailable), 1);
        assert_eq!(memory.standing(&token), Reputation::Proven, "a provider that is down says nothing about it");
        memory.remember(token, &Err(Refused::Expired), 1);
        assert_eq!(memory.standing(&token), Reputation::Unknown);
        memory.remember(token, &Ok(grant()), 1);
        tokio::time::advance(PROVEN_KEEP).await;
        assert_eq!(memory.standing(&token), Reputation::Unknown);
    }

    #[test]
    fn strangers_push_no_good_token_out() {
        let memory = TokenMemory::new(8, LONGEST_KEEP);
        memory.remember(digest("good"), &Ok(grant()), 1);
        for id in 0..2 * DEFAULT_CAPACITY {
            memory.remember(digest(&id.to_string()), &Err(Refused::Signature), 1);
        }
        let (accepted, refused) = memory.len();
        assert!(accepted == 1 && refused <= DEFAULT_CAPACITY, "{refused}");
        assert!(memory.accepted(&digest("good"), || Some(1)).is_some());
        assert_eq!(memory.standing(&digest("good")), Reputation::Proven);
    }
}
