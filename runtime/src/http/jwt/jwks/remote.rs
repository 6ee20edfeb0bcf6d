//! When a key set is fetched, and how long it is valid.

use std::{
    fmt,
    sync::{Arc, PoisonError, RwLock, RwLockWriteGuard},
    time::Duration,
};

use tokio::{
    runtime::Handle,
    sync::watch,
    time::{Instant, timeout},
};

use super::{
    DAY, Intervals, MINUTE, document,
    fetch::{FetchError, Fetched, Source},
};
use crate::http::jwt::{
    algorithm::Algorithm,
    key_set::{Found, Keys, NoKey},
};

/// The known keys of a provider.
pub(in crate::http::jwt) struct Remote {
    source: Box<dyn Source>,
    intervals: Intervals,
    state: RwLock<State>,
    /// Counts the finished attempts.
    ended: watch::Sender<u64>,
}

#[derive(Default)]
struct State {
    known: Option<Known>,
    /// Incremented when the keys change.
    generation: u64,
    /// When the last attempt began.
    attempt: Option<Instant>,
    running: bool,
    failed: bool,
    /// When the last attempt that failed ended.
    failure: Option<Instant>,
}

impl State {
    /// The keys, if they are still valid.
    fn known(&self, now: Instant) -> Option<&Known> {
        self.known.as_ref().filter(|known| now < known.end)
    }
}

#[derive(Clone)]
struct Known {
    keys: Keys,
    /// From this time on the set is refreshed in the background.
    soon: Instant,
    /// From this time on requests wait for the refresh, until an attempt has failed.
    due: Instant,
    /// From this time on the keys are no longer valid.
    end: Instant,
}

impl Remote {
    pub(super) fn new(source: Box<dyn Source>, intervals: Intervals) -> Self {
        Self { source, intervals, state: RwLock::default(), ended: watch::Sender::new(0) }
    }

    pub(in crate::http::jwt) async fn find(
        self: &Arc<Self>,
        id: Option<&str>,
        algorithm: Algorithm,
    ) -> Result<Found, NoKey> {
        let (found, refresh) = self.look(id, algorithm);
        let Some(mut refresh) = refresh else { return found };
        // The attempt has its own time limit; this one is for a runtime that is shutting down.
        let _ = timeout(self.intervals.patience.saturating_mul(2), refresh.changed()).await;
        self.look(id, algorithm).0
    }

    /// Whether the key is known.
    pub(in crate::http::jwt) fn knows(&self, id: Option<&str>, algorithm: Algorithm) -> bool {
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        state.known(Instant::now()).is_some_and(|known| known.keys.find(id, algorithm).is_some())
    }

    /// The generation of the current keys.
    pub(in crate::http::jwt) fn generation(self: &Arc<Self>) -> Option<u64> {
        let now = Instant::now();
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        let known = state.known(now)?;
        let (generation, soon) = (state.generation, known.soon);
        drop(state);
        if soon <= now {
            let attempt = self.begin(&mut self.write(), now);
            start(attempt);
        }
        Some(generation)
    }

    /// The key, if it is known, and the attempt to wait for if that may bring new keys.
    fn look(
        self: &Arc<Self>,
        id: Option<&str>,
        algorithm: Algorithm,
    ) -> (Result<Found, NoKey>, Option<watch::Receiver<u64>>) {
        let now = Instant::now();
        let mut state = self.write();
        let known = state.known(now);
        let key = known.and_then(|known| known.keys.find(id, algorithm)).map(Arc::clone);
        // Once a refresh has failed, known keys are used for now: a request with a known key does not wait for the next attempt, which anyone can
        // cause.
        let fresh = known.is_some_and(|known| now < known.due || state.failure >= Some(known.due));
        let rested = known.is_some_and(|known| now < known.soon);
        // While the provider is down, it may have added the key, so the key does not count as unknown.
        let reason = if known.is_none() || state.failed { NoKey::Unavailable } else { NoKey::Unknown };
        let settled = key.is_some() && fresh;
        let found = key.map(|key| (key, state.generation)).ok_or(reason);
        // Subscribes before the attempt can end.
        let ended = self.ended.subscribe();
        let attempt = if settled && rested { None } else { self.begin(&mut state, now) };
        let wait = !settled && state.running;
        drop(state);
        start(attempt);
        (found, wait.then_some(ended))
    }

    /// Claims the next attempt, unless one is running or started recently.
    fn begin(self: &Arc<Self>, state: &mut State, now: Instant) -> Option<Attempt> {
        let rested = state.attempt.is_none_or(|attempt| now.saturating_duration_since(attempt) >= self.intervals.pause);
        if state.running || !rested {
            return None;
        }
        // Counts as failed until it is known to have succeeded.
        (state.running, state.failed, state.attempt) = (true, true, Some(now));
        Some(Attempt(Arc::clone(self)))
    }

    fn write(&self) -> RwLockWriteGuard<'_, State> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }

    fn learn(&self, fetched: &Fetched) -> Result<(), FetchError> {
        let keys = document::read(&fetched.body)?;
        let now = Instant::now();
        let fresh = fetched.max_age.map_or(self.intervals.refresh, |age| age.clamp(MINUTE, DAY));
        let due = now + fresh;
        let mut state = self.write();
        if state.known.as_ref().is_none_or(|known| known.keys != keys) {
            state.generation += 1;
            tracing::info!(keys = keys.len(), "the keys for access tokens have changed");
        }
        let soon = now + fresh.mul_f32(0.8);
        state.known = Some(Known { keys, soon, due, end: due + self.intervals.keep });
        state.failed = false;
        Ok(())
    }
}

/// Runs as a separate task, so that no client can cancel it. The lock must not be held: a runtime that shuts down drops the task at once.
fn start(attempt: Option<Attempt>) {
    if let (Some(attempt), Ok(runtime)) = (attempt, Handle::try_current()) {
        runtime.spawn(attempt.run());
    }
}

/// One attempt to fetch the keys. It is over when this is dropped, however it ends.
struct Attempt(Arc<Remote>);

impl Attempt {
    async fn run(self) {
        let remote = &*self.0;
        let fetched = timeout(remote.intervals.patience, remote.source.get()).await;
        let learned =
            fetched.unwrap_or_else(|_| Err(late(remote.intervals.patience))).and_then(|fetched| remote.learn(&fetched));
        if let Err(error) = learned {
            tracing::warn!(%error, "the keys for access tokens could not be fetched");
        }
    }
}

fn late(patience: Duration) -> FetchError {
    format!("no response within {patience:?}").into()
}

impl Drop for Attempt {
    fn drop(&mut self) {
        let mut state = self.0.write();
        state.running = false;
        if state.failed {
            state.failure = Some(Instant::now());
        }
        // Under the lock: a request that waits for the next attempt must not be woken by the end of this one.
        self.0.ended.send_modify(|attempts| *attempts += 1);
    }
}

impl fmt::Debug for Remote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Remote").field("intervals", &self.intervals).finish_non_exhaustive()
    }
}
