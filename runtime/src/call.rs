//! The call that is being served.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Instant,
};

use tokio_util::sync::CancellationToken;

use crate::outcome::{Atomic, CallId, Listed, OwnerOutcome, Stage};

/// Whether the body of a call has started.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Start {
    /// Not yet.
    Waiting,
    /// It has started, or its intent is being recorded.
    Started,
    /// The guard answered before the body could start, and it never will.
    Withdrawn,
}

impl Listed for Start {
    const ALL: &'static [Self] = &[Self::Waiting, Self::Started, Self::Withdrawn];

    fn index(self) -> u8 {
        self as u8
    }
}

/// The call that a body serves. A tool takes it as `&Call`.
#[derive(Clone)]
pub struct Call(Arc<Inner>);

struct Inner {
    id: CallId,
    tool: Arc<str>,
    trace_id: Option<Box<str>>,
    deadline: Instant,
    cancelled: CancellationToken,
    abandoned: AtomicBool,
    start: Atomic<Start>,
    stage: Atomic<Stage>,
    owner: Atomic<OwnerOutcome>,
    skipped: AtomicUsize,
    skipped_foreign: AtomicUsize,
    canary: AtomicBool,
    confirmed: AtomicBool,
}

impl Call {
    pub(crate) fn new(
        id: CallId,
        tool: Arc<str>,
        trace_id: Option<Box<str>>,
        deadline: Instant,
        cancelled: CancellationToken,
    ) -> Self {
        Self(Arc::new(Inner {
            id,
            tool,
            trace_id,
            deadline,
            cancelled,
            abandoned: AtomicBool::new(false),
            start: Atomic::new(Start::Waiting),
            stage: Atomic::new(Stage::Arguments),
            owner: Atomic::new(OwnerOutcome::Unchecked),
            skipped: AtomicUsize::new(0),
            skipped_foreign: AtomicUsize::new(0),
            canary: AtomicBool::new(false),
            confirmed: AtomicBool::new(false),
        }))
    }

    /// The id of the call.
    #[must_use]
    pub fn id(&self) -> CallId {
        self.0.id
    }

    /// The name of the tool that was called.
    #[must_use]
    pub fn tool(&self) -> &str {
        &self.0.tool
    }

    /// The trace id that the client sent ([W3C Trace Context](https://www.w3.org/TR/trace-context/)): 32 hexadecimal digits.
    #[must_use]
    pub fn trace_id(&self) -> Option<&str> {
        self.0.trace_id.as_deref()
    }

    /// When the guard stops waiting for the body.
    #[must_use]
    pub fn deadline(&self) -> Instant {
        self.0.deadline
    }

    /// Whether nobody is waiting for the answer any more: the client cancelled the call or disconnected, its caller was
    /// [revoked](crate::Revocations), an operator [ended](crate::Switches) it, or the deadline has passed. An async body is then dropped; a blocking
    /// one keeps running and can check here whether it should stop. Its outcome is recorded when it ends, like that of any other call.
    #[must_use]
    pub fn is_abandoned(&self) -> bool {
        self.0.abandoned.load(Ordering::Relaxed) || self.0.cancelled.is_cancelled() || Instant::now() >= self.0.deadline
    }

    /// Marks the call as abandoned. A body that has not started never will.
    pub(crate) fn abandon(&self) {
        self.0.start.replace(Start::Waiting, Start::Withdrawn);
        self.0.abandoned.store(true, Ordering::Relaxed);
    }

    /// Whether the body may start now. It may start once, unless the call was abandoned before.
    pub(crate) fn start(&self) -> bool {
        self.0.start.replace(Start::Waiting, Start::Started)
    }

    /// Whether the body has started. In case of doubt, it has.
    pub(crate) fn has_started(&self) -> bool {
        self.0.start.load().is_none_or(|start| start == Start::Started)
    }

    pub(crate) fn reach(&self, stage: Stage) {
        self.0.stage.store(stage);
    }

    /// The stage that the call has reached. A record must never deny that a body may have run, so the body counts as reached in case of doubt.
    pub(crate) fn stage(&self) -> Stage {
        self.0.stage.load().unwrap_or(Stage::Body)
    }

    pub(crate) fn found(&self, owner: OwnerOutcome) {
        self.0.owner.store(owner);
    }

    /// Objects were left out because they are absent or not the caller's; this many belong to somebody else.
    pub(crate) fn skip(&self, objects: usize, foreign: usize) {
        self.0.skipped.fetch_add(objects, Ordering::Relaxed);
        self.0.skipped_foreign.fetch_add(foreign, Ordering::Relaxed);
    }

    /// A person has confirmed this call.
    pub(crate) fn confirm(&self) {
        self.0.confirmed.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_confirmed(&self) -> bool {
        self.0.confirmed.load(Ordering::Relaxed)
    }

    pub(crate) fn skipped_foreign(&self) -> usize {
        self.0.skipped_foreign.load(Ordering::Relaxed)
    }

    pub(crate) fn skipped(&self) -> usize {
        self.0.skipped.load(Ordering::Relaxed)
    }

    /// A canary object was loaded.
    pub(crate) fn touch_canary(&self) {
        self.0.canary.store(true, Ordering::Relaxed);
    }

    pub(crate) fn has_touched_canary(&self) -> bool {
        self.0.canary.load(Ordering::Relaxed)
    }

    /// What the guard found out about ownership; in case of doubt, nothing.
    pub(crate) fn owner(&self) -> OwnerOutcome {
        self.0.owner.load().unwrap_or(OwnerOutcome::Unchecked)
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call").field("id", &self.0.id).field("tool", &self.0.tool).finish_non_exhaustive()
    }
}
