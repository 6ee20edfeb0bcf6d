//! The limits stage: how many calls at once, and for how long.

use std::{
    future::{Future, poll_fn},
    pin::pin,
    sync::Arc,
    task::Poll,
    time::{Duration, Instant},
};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;

use super::refusal::Refusal;
use crate::outcome::{Code, Stage};

/// How long to stay away from a tool that is full. Nothing waits in a queue that could grow.
const WHEN_FULL: Duration = Duration::from_secs(1);

pub(crate) fn place(places: &Arc<Semaphore>) -> Result<OwnedSemaphorePermit, Refusal> {
    Arc::clone(places)
        .try_acquire_owned()
        .map_err(|_| Refusal::new(Code::Unavailable, Stage::Limits, "concurrency").retry_after(WHEN_FULL))
}

/// Why the guard stopped waiting for a call.
pub(crate) enum Interrupted {
    Timeout,
    Cancelled,
    /// For this reason.
    Revoked(&'static str),
}

/// Waits for a call until its deadline, until its caller is revoked, or until nobody listens any more. Dropping the call's future stops an
/// async body.
pub(crate) async fn within<F: Future>(
    call: F,
    deadline: Instant,
    cancelled: &CancellationToken,
    revoked: impl Future<Output = &'static str>,
) -> Result<F::Output, Interrupted> {
    // It may have been cancelled before it came here, and a body that is ready at once would run.
    if cancelled.is_cancelled() {
        return Err(Interrupted::Cancelled);
    }
    let mut call = pin!(call);
    // Most calls are ready at once: those arm neither a timer nor a listener.
    if let Poll::Ready(done) = poll_fn(|context| Poll::Ready(call.as_mut().poll(context))).await {
        return Ok(done);
    }
    tokio::select! {
        biased;
        rule = revoked => Err(Interrupted::Revoked(rule)),
        done = &mut call => Ok(done),
        () = cancelled.cancelled() => Err(Interrupted::Cancelled),
        () = tokio::time::sleep_until(deadline.into()) => Err(Interrupted::Timeout),
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use super::*;

    #[tokio::test]
    async fn a_call_that_is_cancelled_already_does_not_begin() {
        for cancels in [false, true] {
            let (cancelled, deadline) = (CancellationToken::new(), Instant::now() + Duration::from_secs(60));
            if cancels {
                cancelled.cancel();
            }
            let mut ran = false;
            let ended = within(async { ran = true }, deadline, &cancelled, pending()).await;
            assert_eq!(matches!(ended, Err(Interrupted::Cancelled)), cancels);
            assert_eq!(ran, !cancels);
        }
    }
}
