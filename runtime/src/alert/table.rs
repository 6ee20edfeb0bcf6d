//! The exact times of events, for a bounded number of callers.

use std::{
    collections::{HashMap, VecDeque},
    time::{Duration, Instant},
};

use super::{AlertKind, options::Threshold};

/// How many combinations of caller and kind are counted separately at the same time.
const MOST: usize = 16_384;
/// The minimum time between two alerts of the same kind for the same caller.
const MIN_ALERT_INTERVAL: Duration = Duration::from_secs(60);
/// How often a full table is searched for expired entries.
const SWEEP: Duration = Duration::from_secs(1);

/// Whose events are counted: those of one caller, or of all callers for which there is no room.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Who {
    One(u64),
    Others,
}

/// The times of the latest events of each kind and caller.
pub(super) struct Table {
    cells: HashMap<(AlertKind, Who), Cell>,
    swept: Option<Instant>,
    /// The longest period of all thresholds.
    look_back: Duration,
}

/// The effect of one more event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Reached {
    /// The number of events since the last alert. `None` if the last alert was less than a minute ago.
    pub(super) alert: Option<u64>,
    /// Whether the events belong to a single caller.
    pub(super) is_exact: bool,
}

#[derive(Default)]
struct Cell {
    /// At most as many as the threshold requires.
    times: VecDeque<Instant>,
    unreported: u64,
    alerted: Option<Instant>,
}

impl Table {
    pub(super) fn new(look_back: Duration) -> Self {
        Self { cells: HashMap::new(), swept: None, look_back: look_back.max(MIN_ALERT_INTERVAL) }
    }

    /// Counts an event, and returns whether it reaches the threshold.
    pub(super) fn count(
        &mut self,
        kind: AlertKind,
        caller: u64,
        threshold: Threshold,
        now: Instant,
    ) -> Option<Reached> {
        let mut who = Who::One(caller);
        if self.cells.len() >= MOST && !self.cells.contains_key(&(kind, who)) {
            self.sweep(now);
            if self.cells.len() >= MOST {
                who = Who::Others;
            }
        }
        let cell = self.cells.entry((kind, who)).or_default();
        cell.count(threshold, now).then(|| Reached { alert: cell.alert(now), is_exact: who != Who::Others })
    }

    /// Removes entries that are older than the longest period.
    fn sweep(&mut self, now: Instant) {
        if self.swept.is_some_and(|swept| now.saturating_duration_since(swept) < SWEEP) {
            return;
        }
        self.swept = Some(now);
        let look_back = self.look_back;
        self.cells.retain(|_, cell| !cell.is_over(look_back, now));
    }
}

impl Cell {
    /// Whether the threshold is reached.
    fn count(&mut self, threshold: Threshold, now: Instant) -> bool {
        self.unreported = self.unreported.saturating_add(1);
        let over = |time: &Instant| now.saturating_duration_since(*time) > threshold.within;
        while self.times.front().is_some_and(over) {
            self.times.pop_front();
        }
        self.times.push_back(now);
        if self.times.len() < usize::try_from(threshold.events).unwrap_or(usize::MAX) {
            return false;
        }
        // The next alert requires the same number of events again.
        self.times.clear();
        true
    }

    /// The number of events that an alert reports; `None` if the last one was less than a minute ago.
    fn alert(&mut self, now: Instant) -> Option<u64> {
        if self.alerted.is_some_and(|alerted| now.saturating_duration_since(alerted) < MIN_ALERT_INTERVAL) {
            return None;
        }
        self.alerted = Some(now);
        Some(std::mem::take(&mut self.unreported))
    }

    fn is_over(&self, look_back: Duration, now: Instant) -> bool {
        let last = self.times.back().copied().max(self.alerted);
        last.is_none_or(|last| now.saturating_duration_since(last) > look_back)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KIND: AlertKind = AlertKind::ForeignObjects;
    const THRESHOLD: Threshold = Threshold { events: 3, within: Duration::from_secs(60) };

    fn alert(count: u64) -> Reached {
        Reached { alert: Some(count), is_exact: true }
    }

    #[test]
    fn a_threshold_is_reached_by_one_caller_within_the_time() {
        let mut table = Table::new(THRESHOLD.within);
        let start = Instant::now();
        let mut count = |caller, second| table.count(KIND, caller, THRESHOLD, start + Duration::from_secs(second));
        assert_eq!((count(1, 0), count(1, 1)), (None, None));
        assert_eq!((count(2, 1), count(2, 1)), (None, None), "another caller's events are its own");
        // The first is too long ago: the time is one that slides, not one that begins anew.
        assert_eq!(count(1, 61), None);
        assert_eq!(count(1, 61), Some(alert(4)));
        // As many again, and soon after: reached, but not said again.
        assert_eq!((count(1, 62), count(1, 63)), (None, None));
        assert_eq!(count(1, 64), Some(Reached { alert: None, is_exact: true }));
        assert_eq!((count(1, 122), count(1, 122)), (None, None));
        assert_eq!(count(1, 122), Some(alert(6)));
    }

    #[test]
    fn kinds_are_counted_apart() {
        let mut table = Table::new(THRESHOLD.within);
        let now = Instant::now();
        for kind in [KIND, AlertKind::MissingScope, KIND, AlertKind::MissingScope] {
            assert_eq!(table.count(kind, 1, THRESHOLD, now), None);
        }
        assert_eq!(table.count(KIND, 1, THRESHOLD, now), Some(alert(3)));
    }

    #[test]
    fn a_full_table_counts_the_rest_together_and_has_room_again() {
        let mut table = Table::new(THRESHOLD.within);
        let start = Instant::now();
        for caller in 0..u64::try_from(MOST).unwrap() {
            assert_eq!(table.count(KIND, caller, THRESHOLD, start), None);
        }
        for caller in 1_000_000..1_000_002 {
            assert_eq!(table.count(KIND, caller, THRESHOLD, start), None);
        }
        let together = table.count(KIND, 1_000_002, THRESHOLD, start);
        assert_eq!(together, Some(Reached { alert: Some(3), is_exact: false }), "it is nobody's count");
        assert_eq!(table.cells.len(), MOST + 1);
        assert_eq!(
            (table.count(KIND, 7, THRESHOLD, start), table.count(KIND, 7, THRESHOLD, start)),
            (None, Some(alert(3)))
        );
        let later = start + Duration::from_secs(61);
        for _ in 0..2 {
            assert_eq!(table.count(KIND, 2_000_000, THRESHOLD, later), None);
        }
        assert_eq!(table.count(KIND, 2_000_000, THRESHOLD, later), Some(alert(3)));
        assert!(table.cells.len() < 10, "{}", table.cells.len());
    }
}
