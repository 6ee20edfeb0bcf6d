//! The body stage: runs the tool's own code and contains its panics.

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
/// The rule of a body whose thread has ended.
pub(super) const LOST: &str = "runtime";

thread_local! {
    /// Whether this thread is currently inside a guarded body.
    static INSIDE: Cell<bool> = const { Cell::new(false) };
}

/// Runs code that may panic; a panic becomes a refusal whose cause is for the audit record.
pub(crate) fn contain<T>(run: impl FnOnce() -> T) -> Result<T, Refusal> {
    let outer = INSIDE.replace(true);
    // The values of the call are dropped; a state that is left inconsistent is the application's responsibility.
    let ran = catch_unwind(AssertUnwindSafe(run));
    INSIDE.set(outer);
    ran.map_err(|panic| panicked(&*panic))
}

/// A future that is polled and dropped inside [`contain`]: its values may panic even if nobody waits for it any more.
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
        // The panic is logged; the call has already ended differently.
        let _ = contain(|| drop(future));
    }
}

fn panicked(panic: &(dyn Any + Send)) -> Refusal {
    let said = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    Refusal::new(Code::Internal, Stage::Body, PANIC).cause(format!("panic: {}", said.unwrap_or("no message")))
}

/// A blocking body whose thread has ended because the runtime is shutting down.
pub(crate) fn lost(join: &JoinError) -> Refusal {
    Refusal::new(Code::Internal, Stage::Body, LOST).cause(join.to_string())
}

/// Whether it is unknown what the body of a call has done.
pub(super) fn is_unknown(rule: &str) -> bool {
    matches!(rule, PANIC | LOST)
}

/// Adapts a refusal to this tool: it is masked, limited to `max_output`, and must not claim that nothing has happened if the body of a tool that
/// writes has started. A repeated refusal is not changed.
pub(crate) fn adapt_refusal(mut refusal: Refusal, policy: &ItemPolicy, call: &Call) -> Refusal {
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

/// Keeps the message of a panic inside a guarded body out of the log, where the default hook would write it, because it may contain input of a model.
/// The place of the panic is logged, and the message goes to the audit record. Other panics are handled by the previous hook.
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
