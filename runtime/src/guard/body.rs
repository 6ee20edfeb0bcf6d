//! The body stage: the tool's own code, from which no panic gets out.

use std::{
    any::Any,
    cell::Cell,
    future::Future,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    sync::Once,
    task::{Context, Poll},
};

use tokio::task::JoinError;

use super::refusal::Refusal;
use crate::{
    Call,
    catalog::ItemPolicy,
    outcome::{Code, Stage},
};

/// The rule of a panic.
pub(super) const PANIC: &str = "panic";
/// The rule of a body whose thread is gone.
pub(super) const LOST: &str = "runtime";

thread_local! {
    /// Whether this thread is inside a guarded body just now.
    static INSIDE: Cell<bool> = const { Cell::new(false) };
}

/// Runs code that may panic; a panic becomes a refusal whose cause is for the audit record.
pub(crate) fn contain<T>(run: impl FnOnce() -> T) -> Result<T, Refusal> {
    let outer = INSIDE.replace(true);
    // What the closure leaves half done is its own: the call's values are dropped, the state is the application's.
    let ran = catch_unwind(AssertUnwindSafe(run));
    INSIDE.set(outer);
    ran.map_err(|panic| panicked(&*panic))
}

/// A future that is polled, and dropped, inside [`contain`]: what it holds may panic also where nobody waits for it any more.
pub(crate) struct Contained<F>(Option<F>);

impl<F> Contained<F> {
    pub(crate) fn new(future: F) -> Self {
        Self(Some(future))
    }
}

impl<F: Future + Unpin> Future for Contained<F> {
    type Output = Result<F::Output, Refusal>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let Some(future) = &mut self.0 else { return Poll::Pending };
        match contain(|| Pin::new(future).poll(context)) {
            Ok(poll) => poll.map(Ok),
            Err(panic) => Poll::Ready(Err(panic)),
        }
    }
}

impl<F> Drop for Contained<F> {
    fn drop(&mut self) {
        let future = self.0.take();
        // The panic is logged; the call has another end already.
        let _ = contain(|| drop(future));
    }
}

fn panicked(panic: &(dyn Any + Send)) -> Refusal {
    let said = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    Refusal::new(Code::Internal, Stage::Body, PANIC).cause(format!("panic: {}", said.unwrap_or("no message")))
}

/// A blocking body whose thread is gone: the runtime is shutting down.
pub(crate) fn lost(join: &JoinError) -> Refusal {
    Refusal::new(Code::Internal, Stage::Body, LOST).cause(join.to_string())
}

/// Whether a call ended so that nobody knows what its body has done.
pub(super) fn is_unknown(rule: &str) -> bool {
    matches!(rule, PANIC | LOST)
}

/// A refusal in the words that are true of this tool: masked, within its `max_output`, and not as if nothing had happened if the body of a tool that
/// writes has started. What was told once stays as it is.
pub(crate) fn told(mut refusal: Refusal, policy: &ItemPolicy, call: &Call) -> Refusal {
    refusal.mask(&policy.rules.scan);
    refusal.fit(policy.rules.limit);
    if !policy.writes || !call.has_started() {
        return refusal;
    }
    match (refusal.detail().rule, refusal.detail().stage) {
        (PANIC | LOST, _) => refusal.outcome_unknown(),
        (_, Stage::Release) => refusal.unsent(),
        (_, Stage::Body) if refusal.code() == Code::Internal => refusal.unfinished(),
        _ => refusal,
    }
}

/// Keeps the message of a panic inside a guarded body out of the log, where the default hook writes it: it may hold what a model
/// sent. The place of the panic is logged, the message goes to the audit record. Panics elsewhere are the application's as before.
pub(crate) fn mask_panics() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if INSIDE.get() {
                let place = info.location().map(ToString::to_string).unwrap_or_default();
                tracing::error!(place, "a guarded tool panicked");
            } else {
                before(info);
            }
        }));
    });
}
