//! The limits stage: the number of concurrent calls, and their time.

use std::{
    future::{Future, poll_fn},
    pin::{Pin, pin},
    sync::Arc,
    task::Poll,
    time::{Duration, Instant},
};

use tokio_util::sync::CancellationToken;

use super::{
    Guard, body,
    refusal::{Detail, Refusal},
};
use crate::{
    Call,
    breaker::{BreakerCall, Refused, Verdict},
    catalog::Task,
    identity::{NoPlace, Place, Principal},
    outcome::{Code, Stage},
};

/// The retry delay for a full tool. There is no queue that could grow.
const WHEN_FULL: Duration = Duration::from_secs(1);

/// The places that a call holds from the limits stage to the end of its body.
pub(crate) struct Places {
    _of_tool: Place,
    /// The place for a blocking body.
    _thread: Option<Place>,
}

impl<S> Guard<S> {
    /// Takes the places for a call before anything is loaded for it. The refusal is the same regardless of who holds them; the audit record says
    /// whether it was the caller.
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

/// The breaker of the item is open.
pub(super) fn stopped(why: Refused) -> Refusal {
    let wait = match why {
        Refused::For(left) => left,
        Refused::UntilTried => WHEN_FULL,
    };
    Refusal::new(Code::Unavailable, Stage::Limits, "breaker").retry_after(wait)
}

/// Whether a body has failed in a way that makes the next one likely to fail too. Mistakes of the caller do not count, nor do failures before or
/// after the body.
fn verdict<T>(ended: &Result<T, Refusal>) -> Option<Verdict> {
    let Err(refusal) = ended else { return Some(Verdict::Worked) };
    let Detail { code, stage, rule, .. } = *refusal.detail();
    match (code, stage) {
        // The server stops, and the body never ran to its end.
        _ if rule == body::LOST => None,
        (Code::Unavailable | Code::Internal, Stage::Body) => Some(Verdict::Failed),
        (_, Stage::Body | Stage::Release) => Some(Verdict::Worked),
        _ => None,
    }
}

/// Reports the end of a body to the breaker, if it has started.
pub(super) fn settle<T>(trial: Option<&Arc<BreakerCall>>, call: &Call, ended: &Result<T, Refusal>) {
    if let (Some(trial), true, Some(verdict)) = (trial, call.has_started(), verdict(ended)) {
        trial.settle(verdict);
    }
}

/// Why the guard stopped waiting for a call.
pub(crate) enum Interrupted {
    Timeout,
    Cancelled,
    /// For this reason.
    Revoked(&'static str),
    /// By an operator, with this switch.
    Halted(&'static str),
}

/// The answer of a call that is ready at the first poll, as most are; it needs no timer and no listener.
pub(super) async fn at_once<F: Future>(mut call: Pin<&mut F>) -> Option<F::Output> {
    match poll_fn(|context| Poll::Ready(call.as_mut().poll(context))).await {
        Poll::Ready(done) => Some(done),
        Poll::Pending => None,
    }
}

/// Waits for a call until its deadline, until its caller is revoked, or until nobody waits for it any more. Dropping the future of the call stops an
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
    if let Some(done) = at_once(call.as_mut()).await {
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
