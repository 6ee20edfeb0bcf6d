//! The limits stage: how many calls at once, and for how long.

use std::{
    future::{Future, poll_fn},
    pin::pin,
    task::Poll,
    time::{Duration, Instant},
};

use tokio_util::sync::CancellationToken;

use super::{Guard, refusal::Refusal};
use crate::{
    catalog::Task,
    identity::{NoPlace, Place, Principal},
    outcome::{Code, Stage},
};

/// How long to stay away from a tool that is full. Nothing waits in a queue that could grow.
const WHEN_FULL: Duration = Duration::from_secs(1);

/// What a call holds from the limits stage to the end of its body.
pub(crate) struct Places {
    _of_tool: Place,
    /// If its body blocks.
    _thread: Option<Place>,
}

impl<S> Guard<S> {
    /// The places for a call, before anything is loaded for it. The caller is told the same no matter who holds them; the audit record says whether it
    /// was the caller.
    pub(super) fn places<R>(&self, task: &Task<R>, principal: &Principal) -> Result<Places, Refusal> {
        let refuse = |rule| Refusal::new(Code::Unavailable, Stage::Limits, rule).retry_after(WHEN_FULL);
        let key = principal.key();
        let of_tool = task.places.take(key).map_err(|no| match no {
            NoPlace::Full => refuse("concurrency"),
            NoPlace::Share => refuse("concurrency_of_caller"),
        })?;
        let thread = task.policy.is_blocking.then(|| self.threads.take(key)).transpose().map_err(|no| match no {
            NoPlace::Full => refuse("threads"),
            NoPlace::Share => refuse("threads_of_caller"),
        })?;
        Ok(Places { _of_tool: of_tool, _thread: thread })
    }
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
