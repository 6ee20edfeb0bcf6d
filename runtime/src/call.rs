//! The call that is being served.

use std::{
    fmt,
    hash::{BuildHasher, RandomState},
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering},
    },
    time::Instant,
};

use serde::{Serialize, Serializer};
use tokio_util::sync::CancellationToken;

use crate::{audit::OwnerOutcome, guard::refusal::Stage};

/// The id of one call: 128 bits, unique, unpredictable in order, shown as 32 hexadecimal digits.
///
/// It is in every refusal and in the audit record, so that an operator finds one from the other.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct CallId(u64, u64);

impl CallId {
    pub(crate) fn next() -> Self {
        static COUNTER: AtomicU64 = AtomicU64::new(0);
        static PROCESS: OnceLock<(u64, u64, u64)> = OnceLock::new();
        let (process, first, second) = *PROCESS.get_or_init(|| {
            let random = |salt: u8| RandomState::new().hash_one(salt);
            (random(0), random(1), random(2))
        });
        // Each step is a bijection, so the ids of a process differ; keyed, so that they do not tell how many calls there were.
        let count = COUNTER.fetch_add(1, Ordering::Relaxed);
        Self(process, scramble(scramble(count ^ first) ^ second))
    }
}

/// The finalizer of SplitMix64.
fn scramble(mut bits: u64) -> u64 {
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

impl fmt::Display for CallId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}{:016x}", self.0, self.1)
    }
}

impl fmt::Debug for CallId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for CallId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_differ_and_do_not_count() {
        let ids: Vec<CallId> = (0..10_000).map(|_| CallId::next()).collect();
        let distinct: std::collections::HashSet<_> = ids.iter().collect();
        assert_eq!(distinct.len(), ids.len());
        assert!(ids.windows(2).any(|pair| matches!(pair, [a, b] if a.1 > b.1)));
        assert_eq!(CallId(1, 2).to_string(), "00000000000000010000000000000002");
    }
}
