//! The circuit breaker of an item: after several bodies in a row have failed, no body is started for a while.
//!
//! Each process has its own, because one process may reach a service that another cannot.

mod state;

use std::{
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use secure_tool_vocabulary::{LONGEST_COOLDOWN, MOST_FAILURES, SHORTEST_COOLDOWN};
use serde::{Serialize, Serializer};
use tokio::time::Instant;

use state::{Pass, State, Stopped, Transition};

/// The atomics of [`state`].
mod sync {
    pub(super) use std::sync::atomic::{AtomicU64, Ordering};
}

/// The policy of `breaker(failures = 5, cooldown = 30s)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct BreakerPolicy {
    /// After how many failed calls in a row no further call is started.
    pub failures: u32,
    /// For how long no call is started, in milliseconds.
    #[serde(rename = "cooldown_ms", serialize_with = "milliseconds")]
    pub cooldown: Duration,
}

fn milliseconds<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u64(as_milliseconds(*duration))
}

fn as_milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

impl BreakerPolicy {
    pub(crate) fn is_sound(self) -> bool {
        (1..=MOST_FAILURES).contains(&self.failures) && (SHORTEST_COOLDOWN..=LONGEST_COOLDOWN).contains(&self.cooldown)
    }
}

/// How long no call is started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// For the rest of the cooldown.
    For(Duration),
    /// Until the probe, a single call that is let through, has ended.
    UntilTried,
}

/// How a body ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Worked,
    Failed,
}

/// The breaker of one item.
pub(crate) struct Breaker {
    tool: &'static str,
    policy: BreakerPolicy,
    /// How long a body may take. The result of a probe that takes longer is ignored, because its thread may block forever.
    timeout: Duration,
    state: State,
    started: Instant,
}

impl Breaker {
    pub(crate) fn new(tool: &'static str, policy: BreakerPolicy, timeout: Duration) -> Self {
        Self { tool, policy, timeout, state: State::new(), started: Instant::now() }
    }

    /// Whether a body could start now.
    pub(crate) fn check(&self) -> Result<(), Refused> {
        self.state.check(self.now()).map_err(refused)
    }

    fn enter(&self) -> Result<Pass, Refused> {
        let now = self.now();
        self.state.enter(now, now.saturating_add(as_milliseconds(self.timeout))).map_err(refused)
    }

    fn settle(&self, pass: Pass, verdict: Verdict) {
        let BreakerPolicy { failures, cooldown } = self.policy;
        let turn = match verdict {
            Verdict::Worked => self.state.worked(pass),
            Verdict::Failed => {
                let until = self.now().saturating_add(as_milliseconds(cooldown));
                self.state.failed(pass, failures.into(), until)
            }
        };
        let tool = self.tool;
        match turn {
            Some(Transition::Opened) => tracing::warn!(tool, "calls keep failing: no call is started for {cooldown:?}"),
            Some(Transition::Closed) => tracing::info!(tool, "a call has succeeded: calls are started again"),
            None => {}
        }
    }

    /// Tokio's clock, which a test can pause.
    fn now(&self) -> u64 {
        as_milliseconds(self.started.elapsed())
    }
}

fn refused(stopped: Stopped) -> Refused {
    match stopped {
        Stopped::Open(left) => Refused::For(Duration::from_millis(left)),
        Stopped::Probing => Refused::UntilTried,
    }
}

/// One call of an item with a breaker. The guard's task holds it, and so does the thread of a blocking body: the first one that knows how the body
/// ended reports it. If it is dropped without a verdict, the place of a probe is given back.
pub(crate) struct BreakerCall {
    breaker: Arc<Breaker>,
    /// Set once it was let through.
    pass: OnceLock<Pass>,
    settled: AtomicBool,
}

impl BreakerCall {
    pub(crate) fn new(breaker: &Arc<Breaker>) -> Self {
        Self { breaker: Arc::clone(breaker), pass: OnceLock::new(), settled: AtomicBool::new(false) }
    }

    /// Decides whether the body may start.
    pub(crate) fn enter(&self) -> Result<(), Refused> {
        let pass = self.breaker.enter()?;
        if let Err(second) = self.pass.set(pass) {
            // It is let through once; the guard itself refuses a second time.
            self.breaker.state.give_back(second);
        }
        Ok(())
    }

    /// Reports how the body ended. Only the first report counts.
    pub(crate) fn settle(&self, verdict: Verdict) {
        if let Some(pass) = self.pass.get()
            && !self.settled.swap(true, Ordering::AcqRel)
        {
            self.breaker.settle(*pass, verdict);
        }
    }
}

impl Drop for BreakerCall {
    fn drop(&mut self) {
        if let Some(pass) = self.pass.get()
            && !*self.settled.get_mut()
        {
            self.breaker.state.give_back(*pass);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COOLDOWN: Duration = Duration::from_secs(30);
    const TIMEOUT: Duration = Duration::from_secs(10);

    fn breaker(failures: u32) -> Arc<Breaker> {
        Arc::new(Breaker::new("tool", BreakerPolicy { failures, cooldown: COOLDOWN }, TIMEOUT))
    }

    fn trial(breaker: &Arc<Breaker>) -> Result<BreakerCall, Refused> {
        let trial = BreakerCall::new(breaker);
        trial.enter().map(|()| trial)
    }

    fn ends(breaker: &Arc<Breaker>, verdict: Verdict) {
        trial(breaker).map(|trial| trial.settle(verdict)).unwrap();
    }

    async fn cool_down() {
        tokio::time::advance(COOLDOWN).await;
    }

    #[tokio::test(start_paused = true)]
    async fn failures_in_a_row_open_it_and_one_probe_decides() {
        let breaker = breaker(3);
        for verdict in [Verdict::Failed, Verdict::Failed, Verdict::Worked, Verdict::Failed, Verdict::Failed] {
            ends(&breaker, verdict);
        }
        assert_eq!(breaker.check(), Ok(()), "the success was between them");
        ends(&breaker, Verdict::Failed);
        assert_eq!(breaker.check(), Err(Refused::For(COOLDOWN)));
        tokio::time::advance(Duration::from_secs(20)).await;
        assert_eq!(trial(&breaker).err(), Some(Refused::For(Duration::from_secs(10))));
        tokio::time::advance(Duration::from_secs(10)).await;
        let probe = trial(&breaker).unwrap();
        assert_eq!((breaker.check(), trial(&breaker).err()), (Err(Refused::UntilTried), Some(Refused::UntilTried)));
        probe.settle(Verdict::Failed);
        assert_eq!(breaker.check(), Err(Refused::For(COOLDOWN)));
        cool_down().await;
        ends(&breaker, Verdict::Worked);
        ends(&breaker, Verdict::Failed);
        ends(&breaker, Verdict::Failed);
        assert_eq!(breaker.check(), Ok(()), "it counts from the beginning");
    }

    #[tokio::test(start_paused = true)]
    async fn a_probe_without_a_verdict_gives_its_place_back() {
        let breaker = breaker(1);
        ends(&breaker, Verdict::Failed);
        cool_down().await;
        for _ in 0..3 {
            drop(trial(&breaker).unwrap());
            assert_eq!(breaker.check(), Ok(()));
        }
        let probe = trial(&breaker).unwrap();
        // A caller that asks twice has no second place, and gives none back.
        assert_eq!(probe.enter(), Err(Refused::UntilTried));
        probe.settle(Verdict::Worked);
        probe.settle(Verdict::Failed);
        drop(probe);
        assert_eq!(breaker.check(), Ok(()), "the first verdict counts");
    }

    #[tokio::test(start_paused = true)]
    async fn a_probe_that_hangs_does_not_keep_it_half_open() {
        for late in [None, Some(Verdict::Worked), Some(Verdict::Failed)] {
            let breaker = breaker(1);
            ends(&breaker, Verdict::Failed);
            cool_down().await;
            let hangs = trial(&breaker).unwrap();
            tokio::time::advance(Duration::from_secs(9)).await;
            assert_eq!(breaker.check(), Err(Refused::UntilTried));
            tokio::time::advance(Duration::from_secs(1)).await;
            let next = trial(&breaker).unwrap();
            assert_eq!(trial(&breaker).err(), Some(Refused::UntilTried), "one at a time");
            // Whatever becomes of it, it has no say.
            if let Some(late) = late {
                hangs.settle(late);
            }
            drop(hangs);
            assert_eq!(breaker.check(), Err(Refused::UntilTried), "{late:?}");
            next.settle(Verdict::Worked);
            assert_eq!(breaker.check(), Ok(()));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_began_before_has_no_say_afterwards() {
        for late in [Verdict::Worked, Verdict::Failed] {
            let breaker = breaker(1);
            let old = [trial(&breaker).unwrap(), trial(&breaker).unwrap(), trial(&breaker).unwrap()];
            ends(&breaker, Verdict::Failed);
            let [during, while_probing, after] = old;
            during.settle(late);
            assert_eq!(breaker.check(), Err(Refused::For(COOLDOWN)), "{late:?}");
            cool_down().await;
            let probe = trial(&breaker).unwrap();
            while_probing.settle(late);
            assert_eq!(breaker.check(), Err(Refused::UntilTried), "{late:?}");
            probe.settle(Verdict::Worked);
            after.settle(late);
            assert_eq!(breaker.check(), Ok(()), "{late:?}");
        }
    }
}
