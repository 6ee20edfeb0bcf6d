//! Where a token is verified: on a thread where that stalls no connection, and so many at a time that they leave room for others.

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

/// Until a token is verified, including the wait for its key and for a slot.
const PATIENCE: Duration = Duration::from_secs(10);

/// Verifies tokens, each once at a time.
pub(super) struct Verifier {
    pub(super) keys: KeySet,
    pub(super) check: TokenCheck,
    pub(super) any_type: bool,
    pub(super) memory: TokenMemory,
    pub(super) room: Room,
    pub(super) flights: Flights<Outcome>,
}

/// How many tokens are verified at a time, and how many wait.
pub(super) struct Room {
    verifying: Bulkhead,
    /// For keys that are not known. These wait apart from the others, because anybody can make up the id of a key.
    fetching: WaitingRoom,
}

impl Room {
    /// Unknown tokens get half of the processors at most, and proven ones as many slots beside them.
    pub(super) fn for_this_machine() -> Self {
        let half = (available_parallelism().map_or(1, NonZero::get) / 2).max(1);
        Self::new(Slots { shared: half, reserved: half, proven: 1024, unknown: 512 })
    }

    pub(super) fn new(slots: Slots) -> Self {
        Self { verifying: Bulkhead::new(slots), fetching: WaitingRoom::new(slots.proven, slots.unknown) }
    }
}

#[cfg(test)]
impl Room {
    /// A slot for an unknown token.
    pub(super) async fn take_slot(&self) -> Slot {
        self.verifying.enter(crate::http::access_token::Standing::Unknown).unwrap().slot().await.unwrap()
    }
}

impl Verifier {
    /// What is known of a token. Within the leeway it is accepted, but never served from memory.
    pub(super) fn remembered(&self, digest: &Digest) -> Option<Outcome> {
        let generation = || self.keys.generation();
        let grant = self.memory.accepted(digest, generation).filter(|grant| self.check.is_current(grant));
        grant.map(Ok).or_else(|| self.memory.refused(digest, generation).map(Err))
    }

    /// Verifies a token, or waits for a request that does.
    pub(super) async fn find_out(self: &Arc<Self>, token: &str, digest: Digest) -> Outcome {
        // Whatever another issuer has made is not ours to refuse, takes none of our room and fetches no keys of ours.
        let claimed = Claimed::read(token, &self.check.claims.issuer)?;
        timeout(PATIENCE, self.take_turn(token, digest, &claimed)).await.unwrap_or(Err(Refused::Unavailable))
    }

    async fn take_turn(self: &Arc<Self>, token: &str, digest: Digest, claimed: &Claimed) -> Outcome {
        loop {
            match self.flights.join(digest) {
                // If the client of the request that led has gone away, another one leads.
                Turn::Follow(follower) => {
                    if let Some(outcome) = follower.outcome().await {
                        return outcome;
                    }
                }
                Turn::Lead(flight) => {
                    // It may have been verified just now.
                    if let Some(outcome) = self.remembered(&digest) {
                        flight.land(outcome.clone());
                        return outcome;
                    }
                    let job = match self.prepare(token, digest, claimed).await {
                        Ok(job) => job,
                        Err(reason) => {
                            flight.land(Err(reason));
                            return Err(reason);
                        }
                    };
                    let follower = flight.follower();
                    spawn_blocking(move || flight.land(job.run()));
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

/// A token, and all that it takes to verify it.
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
