//! Verifies tokens on threads for blocking work, with a limit on how many at a time.

use std::{num::NonZero, sync::Arc, thread::available_parallelism, time::Duration};

use tokio::{task::spawn_blocking, time::timeout};

use super::{
    key::Key,
    key_set::{KeySet, NoKey},
    token::{Claimed, Token},
};
use crate::http::access_token::{
    Bulkhead, Digest, Flights, Object, Outcome, Refused, Slot, Slots, TokenCheck, TokenMemory, Turn, WaitingRoom,
};

/// The time limit for verifying a token, including the wait for its key and for a slot.
const VERIFY_TIMEOUT: Duration = Duration::from_secs(10);

/// Verifies tokens, each only once at a time.
pub(super) struct Verifier {
    pub(super) keys: KeySet,
    pub(super) check: TokenCheck,
    pub(super) any_type: bool,
    pub(super) memory: TokenMemory,
    pub(super) room: Capacity,
    pub(super) flights: Flights<Outcome>,
}

/// How many tokens are verified at a time, and how many may wait.
pub(super) struct Capacity {
    verifying: Bulkhead,
    /// For unknown keys. These tokens wait separately from the others, because anyone can invent the id of a key.
    fetching: WaitingRoom,
}

impl Capacity {
    /// Unknown tokens get at most half of the processors, and proven ones the same number of additional slots.
    pub(super) fn for_this_machine() -> Self {
        let half = (available_parallelism().map_or(1, NonZero::get) / 2).max(1);
        Self::new(Slots { shared: half, reserved: half, proven: 1024, unknown: 512 })
    }

    pub(super) fn new(slots: Slots) -> Self {
        Self { verifying: Bulkhead::new(slots), fetching: WaitingRoom::new(slots.proven, slots.unknown) }
    }
}

#[cfg(test)]
impl Capacity {
    /// A slot for an unknown token.
    pub(super) async fn take_slot(&self) -> Slot {
        self.verifying.enter(crate::http::access_token::Reputation::Unknown).unwrap().slot().await.unwrap()
    }
}

impl Verifier {
    /// The cached result for a token. Within the leeway a token is accepted but never served from the cache.
    pub(super) fn remembered(&self, digest: &Digest) -> Option<Outcome> {
        let generation = || self.keys.generation();
        let grant = self.memory.accepted(digest, generation).filter(|grant| self.check.is_current(grant));
        grant.map(Ok).or_else(|| self.memory.refused(digest, generation).map(Err))
    }

    /// Verifies a token, or waits for a request that does.
    pub(super) async fn find_out(self: &Arc<Self>, token: &str, digest: Digest) -> Outcome {
        // A token from another issuer is left to other authenticators; it takes no slots and causes no fetch of keys.
        let claimed = Claimed::read(token, &self.check.claims.issuer)?;
        timeout(VERIFY_TIMEOUT, self.take_turn(token, digest, &claimed)).await.unwrap_or(Err(Refused::Unavailable))
    }

    async fn take_turn(self: &Arc<Self>, token: &str, digest: Digest, claimed: &Claimed) -> Outcome {
        loop {
            match self.flights.join(digest) {
                // If the client of the leading request has disconnected, another request takes the lead.
                Turn::Follow(follower) => {
                    if let Some(outcome) = follower.outcome().await {
                        return outcome;
                    }
                }
                Turn::Lead(flight) => {
                    // It may have been verified in the meantime.
                    if let Some(outcome) = self.remembered(&digest) {
                        flight.complete(outcome.clone());
                        return outcome;
                    }
                    let job = match self.prepare(token, digest, claimed).await {
                        Ok(job) => job,
                        Err(reason) => {
                            flight.complete(Err(reason));
                            return Err(reason);
                        }
                    };
                    let follower = flight.follower();
                    spawn_blocking(move || flight.complete(job.run()));
                    return follower.outcome().await.unwrap_or(Err(Refused::Unavailable));
                }
            }
        }
    }

    /// Waits for the key, if it has to be fetched, and for a slot.
    async fn prepare(self: &Arc<Self>, token: &str, digest: Digest, claimed: &Claimed) -> Result<Job, Refused> {
        let Claimed { key, algorithm } = claimed;
        let standing = self.memory.standing(&digest);
        let find = self.keys.find(key.as_deref(), *algorithm);
        let (place, found) = if self.keys.knows(key.as_deref(), *algorithm) {
            (self.room.verifying.enter(standing)?, find.await)
        } else {
            let waiting = self.room.fetching.enter(standing)?;
            let found = find.await;
            drop(waiting);
            (self.room.verifying.enter(standing)?, found)
        };
        let (key, generation) = found?;
        let slot = place.slot().await?;
        let now = self.check.now();
        Ok(Job { verifier: Arc::clone(self), token: token.into(), digest, key, generation, now, slot })
    }
}

/// A token and everything that is needed to verify it.
struct Job {
    verifier: Arc<Verifier>,
    token: Box<str>,
    digest: Digest,
    key: Arc<Key>,
    generation: u64,
    now: u64,
    slot: Slot,
}

impl Job {
    fn run(self) -> Outcome {
        let outcome = self.verify();
        self.verifier.memory.remember(self.digest, &outcome, self.generation);
        drop(self.slot);
        outcome
    }

    fn verify(&self) -> Outcome {
        let check = &self.verifier.check;
        let token = Token::parse(&self.token, self.verifier.any_type)?;
        let payload = token.payload()?;
        let claims = Object::parse(&payload).map_err(|_| Refused::Claims)?;
        if !check.claims.is_of_issuer(&claims) {
            return Err(Refused::Issuer);
        }
        if !self.key.verifies(token.signed.as_bytes(), token.signature) {
            return Err(Refused::Signature);
        }
        check.grant(&claims, self.now, self.key.id()).map(Arc::new)
    }
}

impl From<NoKey> for Refused {
    fn from(no_key: NoKey) -> Self {
        match no_key {
            NoKey::Unknown => Self::Key,
            NoKey::Unavailable => Self::Unavailable,
        }
    }
}
