//! Aggregates events that strangers can cause in any number into bursts, and reports the bursts.

mod table;

use std::{
    hash::Hash,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    time::Instant,
};

use tokio::{runtime::Handle, task::JoinHandle};

pub(crate) use table::{BurstKey, Bursts, Counted, REPORT_INTERVAL, Share};

/// Reports [`Bursts`] once a minute while they last, and when they are over or the log is dropped.
pub(crate) struct BurstLog<W, R>(Arc<Shared<W, R>>)
where
    W: Clone + Eq + Hash,
    R: Clone + Eq + Hash;

struct Shared<W, R>
where
    W: Clone + Eq + Hash,
    R: Clone + Eq + Hash,
{
    state: Mutex<State<W, R>>,
    report: Box<Report<W, R>>,
}

type Report<W, R> = dyn Fn(BurstKey<W, R>, Counted) + Send + Sync;

struct State<W, R> {
    bursts: Bursts<W, R>,
    /// The task that reports bursts. It runs only as long as there is a burst.
    reporter: Option<JoinHandle<()>>,
}

impl<W, R> BurstLog<W, R>
where
    W: Clone + Eq + Hash + Send + 'static,
    R: Clone + Eq + Hash + Send + 'static,
{
    /// `report` receives the events that exceeded the budget of one kind.
    pub(crate) fn new(bursts: Bursts<W, R>, report: impl Fn(BurstKey<W, R>, Counted) + Send + Sync + 'static) -> Self {
        let state = State { bursts, reporter: None };
        Self(Arc::new(Shared { state: Mutex::new(state), report: Box::new(report) }))
    }

    /// Counts an event. If the budget allows it, the caller must report it individually now, as the returned kind.
    pub(crate) fn count(&self, who: Option<W>, what: R) -> Option<BurstKey<W, R>> {
        let mut state = self.0.lock();
        let single = state.bursts.count(who, what, now());
        if state.reporter.as_ref().is_none_or(JoinHandle::is_finished) {
            // Outside of a runtime, bursts are reported only at the end.
            let runtime = Handle::try_current().ok();
            state.reporter = runtime.map(|runtime| runtime.spawn(report_while_due(Arc::downgrade(&self.0))));
        }
        single
    }
}

impl<W, R> Shared<W, R>
where
    W: Clone + Eq + Hash,
    R: Clone + Eq + Hash,
{
    fn lock(&self) -> MutexGuard<'_, State<W, R>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reports what is due, and returns whether there is a burst left.
    fn report_due(&self) -> bool {
        let (due, is_over) = {
            let mut state = self.lock();
            let due = state.bursts.due(now());
            let is_over = state.bursts.is_empty();
            if is_over {
                state.reporter = None;
            }
            (due, is_over)
        };
        for (key, counted) in due {
            (self.report)(key, counted);
        }
        !is_over
    }
}

impl<W, R> Drop for Shared<W, R>
where
    W: Clone + Eq + Hash,
    R: Clone + Eq + Hash,
{
    fn drop(&mut self) {
        let rest = self.lock().bursts.rest();
        for (key, counted) in rest {
            (self.report)(key, counted);
        }
    }
}

async fn report_while_due<W, R>(log: Weak<Shared<W, R>>)
where
    W: Clone + Eq + Hash,
    R: Clone + Eq + Hash,
{
    loop {
        tokio::time::sleep(REPORT_INTERVAL).await;
        if !log.upgrade().is_some_and(|log| log.report_due()) {
            return;
        }
    }
}

/// The time of the runtime's timers.
pub(crate) fn now() -> Instant {
    tokio::time::Instant::now().into_std()
}

#[cfg(test)]
mod tests {
    use std::{sync::mpsc, time::Duration};

    use tokio::time::sleep;

    use super::*;

    type Reported = (Option<u64>, char, u64);

    /// What is reported by itself counts as one.
    struct Log(BurstLog<u64, char>, mpsc::Sender<Reported>);

    impl Log {
        fn count(&self, who: Option<u64>, what: char) {
            if let Some((who, what)) = self.0.count(who, what) {
                self.1.send((who, what, 1)).unwrap();
            }
        }
    }

    fn log() -> (Log, mpsc::Receiver<Reported>) {
        let (sender, reported) = mpsc::channel();
        let counted = sender.clone();
        let report = move |(who, what), Counted { count, .. }| counted.send((who, what, count)).unwrap();
        (Log(BurstLog::new(Bursts::new(1, 256), report), sender), reported)
    }

    const HERE: Option<u64> = Some(1);

    #[tokio::test(start_paused = true)]
    async fn a_flood_from_three_is_a_few_reports() {
        let (log, reported) = log();
        for n in 0..10_000 {
            log.count(Some(n % 3), 'a');
        }
        assert_eq!(reported.try_iter().count(), 3);
        sleep(3 * REPORT_INTERVAL).await;
        let mut later: Vec<_> = reported.try_iter().map(|(who, _, count)| (count, who.is_some())).collect();
        later.sort_unstable();
        assert_eq!(later, [(3332, true), (3332, true), (3333, true)]);
        assert!(log.0.0.lock().reporter.is_none(), "nothing is left to report");
        log.count(HERE, 'a');
        log.count(HERE, 'b');
        assert_eq!(reported.try_iter().count(), 2, "new bursts");
    }

    #[tokio::test(start_paused = true)]
    async fn a_flood_from_everywhere_is_bounded() {
        let (log, reported) = log();
        for n in 0..100_000 {
            log.count(Some(n), 'a');
        }
        sleep(3 * REPORT_INTERVAL).await;
        let reported: Vec<_> = reported.try_iter().collect();
        assert!(reported.len() <= 300, "{}", reported.len());
        assert_eq!(reported.iter().map(|(_, _, count)| count).sum::<u64>(), 100_000);
        let others = reported.iter().filter(|(who, ..)| who.is_none()).map(|(.., count)| count);
        assert!(others.sum::<u64>() > 90_000);
    }

    #[tokio::test(start_paused = true)]
    async fn a_burst_that_lasts_is_reported_once_a_minute() {
        let (log, reported) = log();
        for _ in 0..600 {
            log.count(HERE, 'a');
            sleep(Duration::from_secs(1)).await;
        }
        drop(log);
        let reported: Vec<_> = reported.iter().map(|(.., count)| count).collect();
        assert!((6..=12).contains(&reported.len()), "{reported:?}");
        assert_eq!(reported.iter().sum::<u64>(), 600);
    }

    #[test]
    fn unreported_events_are_reported_at_the_end() {
        let (log, reported) = log();
        for _ in 0..5 {
            log.count(HERE, 'a');
        }
        drop(log);
        assert_eq!(reported.iter().collect::<Vec<_>>(), [(HERE, 'a', 1), (HERE, 'a', 4)]);
    }

    #[test]
    fn another_runtime_goes_on_when_the_first_has_ended() {
        let (log, reported) = log();
        for who in [1, 2] {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
            runtime.block_on(async {
                log.count(Some(who), 'a');
                log.count(Some(who), 'a');
                if who == 2 {
                    sleep(3 * REPORT_INTERVAL).await;
                }
            });
        }
        assert!(reported.try_iter().any(|report| report == (Some(2), 'a', 1)));
    }
}
