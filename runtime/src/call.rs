//! The call that is being served.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU8, Ordering},
    },
    time::Instant,
};

use tokio_util::sync::CancellationToken;

use crate::outcome::{CallId, OwnerOutcome, Stage};

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
    stage: AtomicU8,
    owner: AtomicU8,
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
            stage: AtomicU8::new(ARGUMENTS),
            owner: AtomicU8::new(OwnerOutcome::Unchecked as u8),
        }))
    }

    /// The call's id.
    #[must_use]
    pub fn id(&self) -> CallId {
        self.0.id
    }

    /// The name of the tool that was called.
    #[must_use]
    pub fn tool(&self) -> &str {
        &self.0.tool
    }

    /// The trace id that the client sent along ([W3C Trace Context](https://www.w3.org/TR/trace-context/)): 32 hexadecimal digits.
    #[must_use]
    pub fn trace_id(&self) -> Option<&str> {
        self.0.trace_id.as_deref()
    }

    /// When the guard will give up waiting for the body.
    #[must_use]
    pub fn deadline(&self) -> Instant {
        self.0.deadline
    }

    /// Whether nobody waits for the answer any more: the client withdrew the call or went away, its caller was
    /// [revoked](crate::Revocations), or the deadline has passed. An async body is dropped then; a blocking one runs on and may ask here whether it still should.
    #[must_use]
    pub fn is_abandoned(&self) -> bool {
        self.0.abandoned.load(Ordering::Relaxed) || self.0.cancelled.is_cancelled() || Instant::now() >= self.0.deadline
    }

    pub(crate) fn abandon(&self) {
        self.0.abandoned.store(true, Ordering::Relaxed);
    }

    pub(crate) fn reach(&self, stage: Stage) {
        let stage = match stage {
            Stage::Owner => OWNER,
            Stage::Confirmation => CONFIRMATION,
            Stage::Limits => LIMITS,
            Stage::Body => BODY,
            Stage::Release => RELEASE,
            _ => ARGUMENTS,
        };
        self.0.stage.store(stage, Ordering::Relaxed);
    }

    pub(crate) fn stage(&self) -> Stage {
        match self.0.stage.load(Ordering::Relaxed) {
            OWNER => Stage::Owner,
            CONFIRMATION => Stage::Confirmation,
            LIMITS => Stage::Limits,
            BODY => Stage::Body,
            RELEASE => Stage::Release,
            _ => Stage::Arguments,
        }
    }

    pub(crate) fn found(&self, owner: OwnerOutcome) {
        self.0.owner.store(owner as u8, Ordering::Relaxed);
    }

    pub(crate) fn owner(&self) -> OwnerOutcome {
        OwnerOutcome::from_u8(self.0.owner.load(Ordering::Relaxed))
    }
}

const ARGUMENTS: u8 = 0;
const OWNER: u8 = 1;
const LIMITS: u8 = 2;
const BODY: u8 = 3;
const RELEASE: u8 = 4;
const CONFIRMATION: u8 = 5;

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call").field("id", &self.0.id).field("tool", &self.0.tool).finish_non_exhaustive()
    }
}
