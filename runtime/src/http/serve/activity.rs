//! The activity of a connection: whether a request is in flight, or since when it has been idle.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    task::{Context, Poll},
    time::{Duration, Instant},
};

use axum::body::{Body, Bytes, HttpBody};
use http_body::{Frame, SizeHint};
use hyper::body::Incoming;
use tokio::sync::Notify;

/// Closed to make room for another connection: no request may begin.
const EVICTED: u64 = 0;
/// A request is being read.
const READING: u64 = 1;
/// A request was read and its response is not complete.
const WAITING: u64 = 2;
/// A response is complete, but may not have been sent yet.
const ANSWERED: u64 = 3;
/// Idle; the number encodes since when, in milliseconds after the start.
const IDLE: u64 = 4;

#[derive(Debug)]
pub(super) struct Activity {
    state: AtomicU64,
    begun: Instant,
    evicted: Notify,
}

impl Activity {
    /// The activity of a new connection, which is idle.
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self { state: AtomicU64::new(IDLE), begun: Instant::now(), evicted: Notify::new() })
    }

    /// A request begins; `None` if the connection is being closed to make room.
    pub(super) fn begin(self: &Arc<Self>, is_read: bool) -> Option<InFlight> {
        let state = if is_read { WAITING } else { READING };
        let next = |now| (now != EVICTED).then_some(state);
        self.state.fetch_update(Relaxed, Relaxed, next).ok().map(|_| InFlight(Arc::clone(self)))
    }

    /// Whether a request was read but is not answered yet.
    pub(super) fn waits(&self) -> bool {
        self.state.load(Relaxed) == WAITING
    }

    fn read(&self) {
        let _ = self.state.compare_exchange(READING, WAITING, Relaxed, Relaxed);
    }

    /// Everything was sent.
    pub(super) fn flushed(&self) {
        if self.state.load(Relaxed) == ANSWERED {
            let idle = IDLE.saturating_add(self.since_begun());
            let _ = self.state.compare_exchange(ANSWERED, idle, Relaxed, Relaxed);
        }
    }

    /// How long no request has been in flight.
    pub(super) fn idle_for(&self) -> Option<Duration> {
        let since = self.state.load(Relaxed).checked_sub(IDLE)?;
        Some(Duration::from_millis(self.since_begun().saturating_sub(since)))
    }

    /// Closes the connection unless a request is in flight; returns whether it did.
    pub(super) fn evict(&self) -> bool {
        let evicts = self.state.fetch_update(Relaxed, Relaxed, |now| (now >= IDLE).then_some(EVICTED)).is_ok();
        if evicts {
            self.evicted.notify_one();
        }
        evicts
    }

    /// Waits until the connection should be closed.
    pub(super) async fn evicted(&self) {
        self.evicted.notified().await;
    }

    #[cfg(test)]
    pub(super) fn is_evicted(&self) -> bool {
        self.state.load(Relaxed) == EVICTED
    }

    fn since_begun(&self) -> u64 {
        u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX - IDLE)
    }
}

/// A request that is in flight until this is dropped.
#[derive(Debug)]
pub(super) struct InFlight(Arc<Activity>);

impl InFlight {
    pub(super) fn reading(&self, body: Incoming) -> Reading {
        Reading { body, activity: Arc::clone(&self.0) }
    }

    pub(super) fn answering(self, body: Body) -> Answering {
        Answering { body, _in_flight: self }
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        let next = |now| (now != EVICTED).then_some(ANSWERED);
        let _ = self.0.state.fetch_update(Relaxed, Relaxed, next);
    }
}

/// The body of a request; its end is recorded.
#[derive(Debug)]
pub(super) struct Reading {
    body: Incoming,
    activity: Arc<Activity>,
}

impl HttpBody for Reading {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let frame = Pin::new(&mut self.body).poll_frame(context);
        if frame.is_ready() && self.body.is_end_stream() || matches!(frame, Poll::Ready(None)) {
            self.activity.read();
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// The body of a response; at its end the request is no longer in flight.
#[derive(Debug)]
pub(super) struct Answering {
    body: Body,
    _in_flight: InFlight,
}

impl HttpBody for Answering {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(activity: &Activity, state: u64) {
        activity.state.store(state, Relaxed);
    }

    #[test]
    fn only_an_idle_connection_is_evicted() {
        for state in [READING, WAITING, ANSWERED] {
            let activity = Activity::new();
            set(&activity, state);
            assert!(!activity.evict() && activity.idle_for().is_none());
            drop(InFlight(Arc::clone(&activity)));
            assert!(!activity.evict(), "the answer may not have left");
            activity.flushed();
            assert!(activity.idle_for().is_some() && activity.evict());
            assert!(!activity.evict(), "once");
        }
    }

    #[test]
    fn nothing_makes_an_evicted_connection_another() {
        let activity = Activity::new();
        assert!(activity.evict());
        activity.read();
        drop(InFlight(Arc::clone(&activity)));
        activity.flushed();
        assert!(activity.begin(true).is_none() && activity.is_evicted());
    }
}
