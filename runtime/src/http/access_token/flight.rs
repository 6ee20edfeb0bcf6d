//! Single flight: a token is checked once, however many requests carry it at the same time.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::watch;

use super::cache::Digest;

type Running<T> = Mutex<HashMap<Digest, watch::Receiver<Option<T>>>>;

/// The checks that are under way, one for each token. There are no more of them than a [`Bulkhead`](super::Bulkhead) has places, as a check that finds no
/// place ends at once.
pub(in crate::http) struct Flights<T>(Arc<Running<T>>);

/// The part of a request in the check of its token.
pub(in crate::http) enum Turn<T> {
    /// It carries out the check.
    Lead(Flight<T>),
    /// It waits for a check that is under way.
    Follow(Follower<T>),
}

impl<T: Clone> Flights<T> {
    pub(in crate::http) fn join(&self, digest: Digest) -> Turn<T> {
        let mut running = lock(&self.0);
        if let Some(outcome) = running.get(&digest) {
            return Turn::Follow(Follower(outcome.clone()));
        }
        let (outcome, follower) = watch::channel(None);
        running.insert(digest, follower);
        drop(running);
        Turn::Lead(Flight { digest, running: Arc::clone(&self.0), outcome, landed: None })
    }
}

impl<T> Default for Flights<T> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

fn lock<T>(running: &Running<T>) -> MutexGuard<'_, HashMap<Digest, watch::Receiver<Option<T>>>> {
    running.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The check of one token. However it ends, it is over when this is dropped.
pub(in crate::http) struct Flight<T> {
    digest: Digest,
    running: Arc<Running<T>>,
    outcome: watch::Sender<Option<T>>,
    landed: Option<T>,
}

impl<T: Clone> Flight<T> {
    /// Waits for the outcome of this check.
    pub(in crate::http) fn follower(&self) -> Follower<T> {
        Follower(self.outcome.subscribe())
    }

    /// Ends the check. What later requests are to find has been remembered before.
    pub(in crate::http) fn complete(mut self, outcome: T) {
        self.landed = Some(outcome);
    }
}

impl<T> Drop for Flight<T> {
    fn drop(&mut self) {
        // First of all: a request that comes after the outcome is known must not join this check.
        lock(&self.running).remove(&self.digest);
        if let Some(outcome) = self.landed.take() {
            self.outcome.send_replace(Some(outcome));
        }
    }
}

/// Waits for the outcome of a check.
pub(in crate::http) struct Follower<T>(watch::Receiver<Option<T>>);

impl<T: Clone> Follower<T> {
    /// The outcome; nothing if the check was broken off.
    pub(in crate::http) async fn outcome(mut self) -> Option<T> {
        self.0.wait_for(Option::is_some).await.ok().and_then(|outcome| outcome.clone())
    }
}

#[cfg(test)]
mod tests {
    use secure_tool_testkit::within;

    use super::*;

    fn lead(flights: &Flights<u8>, token: u8) -> Flight<u8> {
        match flights.join([token; 32]) {
            Turn::Lead(flight) => flight,
            Turn::Follow(_) => panic!("somebody else leads"),
        }
    }

    fn follow(flights: &Flights<u8>, token: u8) -> Follower<u8> {
        match flights.join([token; 32]) {
            Turn::Follow(follower) => follower,
            Turn::Lead(_) => panic!("nobody leads"),
        }
    }

    #[tokio::test]
    async fn all_who_come_meanwhile_share_the_outcome() {
        let flights = Flights::default();
        let (first, other) = (lead(&flights, 1), lead(&flights, 2));
        let followers = [first.follower(), follow(&flights, 1), follow(&flights, 1)];
        first.complete(7);
        for follower in followers {
            assert_eq!(within("the outcome", follower.outcome()).await, Some(7));
        }
        let follower = follow(&flights, 2);
        drop(other);
        assert_eq!(within("the end", follower.outcome()).await, None, "broken off");
        assert!(lock(&flights.0).is_empty());
        lead(&flights, 1).complete(8);
        assert!(matches!(flights.join([1; 32]), Turn::Lead(_)), "an outcome is for those who came before it");
    }
}
