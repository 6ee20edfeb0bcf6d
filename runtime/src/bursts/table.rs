//! Counts events that strangers can cause in any number, so that they do not fill a log.

use std::{
    collections::{HashMap, hash_map::Entry},
    hash::Hash,
    time::{Duration, Instant},
};

/// The interval of the budget of reports.
pub(crate) const REPORT_INTERVAL: Duration = Duration::from_secs(60);

/// Who caused it, and what it was. `None` if the source is unknown or if there were too many to count them separately.
pub(crate) type BurstKey<W, R> = (Option<W>, R);

/// How often something happened that was not reported individually.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Counted {
    pub(crate) count: u64,
    /// When the first of them happened.
    pub(crate) since: Instant,
}

/// Counters by source and kind of event.
///
/// The first events of a kind are reported individually, within the budget; further ones are counted, and the count is reported when the interval is
/// over. That report is the first one of the next budget, so a burst never causes more reports per interval than the budget allows, however long it
/// lasts.
pub(crate) struct Bursts<W, R> {
    kinds: HashMap<BurstKey<W, R>, Burst>,
    /// The budget of reports of one kind per interval.
    budget: u32,
    /// How many kinds are counted separately at the same time; for further ones the source is not kept.
    most: usize,
    share: Option<Share<R>>,
    /// What is left of the share of each source.
    parts: HashMap<Option<W>, Part>,
}

/// The share of one source, over all kinds together.
pub(crate) struct Share<R> {
    /// The number of individual reports per interval.
    pub(crate) reports: u32,
    /// How many kinds are counted separately at the same time.
    pub(crate) kinds: usize,
    /// The kind that further ones are counted as.
    pub(crate) together: fn(&R) -> R,
}

/// How much of its [`Share`] a source has used.
struct Part {
    /// When its interval began.
    began: Instant,
    /// Since then.
    reports: u32,
    kinds: usize,
}

struct Burst {
    /// When its interval began.
    began: Instant,
    /// Since then.
    reports: u32,
    /// Beyond the budget.
    counted: Option<Counted>,
}

impl<W: Clone + Eq + Hash, R: Clone + Eq + Hash> Bursts<W, R> {
    pub(crate) fn new(budget: u32, most: usize) -> Self {
        Self { kinds: HashMap::new(), budget, most, share: None, parts: HashMap::new() }
    }

    /// Limits the reports of one source over all kinds.
    pub(crate) fn with_share(mut self, share: Share<R>) -> Self {
        self.share = Some(share);
        self
    }

    /// Counts an event. If the budget allows it, it must be reported individually now, as the returned kind.
    pub(crate) fn count(&mut self, who: Option<W>, what: R, now: Instant) -> Option<BurstKey<W, R>> {
        let mut key = (who, what);
        if self.kinds.len() >= self.most && !self.kinds.contains_key(&key) {
            key.0 = None;
        }
        let part = self.parts.entry(key.0.clone()).or_insert(Part { began: now, reports: 0, kinds: 0 });
        if is_over(part.began, now) {
            (part.began, part.reports) = (now, 0);
        }
        let may_report = match &self.share {
            None => true,
            Some(share) => {
                if part.kinds >= share.kinds && !self.kinds.contains_key(&key) {
                    key.1 = (share.together)(&key.1);
                }
                part.reports < share.reports
            }
        };
        let burst = self.kinds.entry(key.clone()).or_insert_with(|| {
            part.kinds += 1;
            Burst { began: now, reports: 0, counted: None }
        });
        if burst.counted.is_none() && is_over(burst.began, now) {
            (burst.began, burst.reports) = (now, 0);
        }
        if may_report && burst.reports < self.budget {
            burst.reports += 1;
            part.reports += 1;
            return Some(key);
        }
        let counted = burst.counted.get_or_insert(Counted { count: 0, since: now });
        counted.count = counted.count.saturating_add(1);
        None
    }

    /// The counts of finished intervals. A burst without any events in an interval is over.
    pub(crate) fn due(&mut self, now: Instant) -> Vec<(BurstKey<W, R>, Counted)> {
        let mut due = Vec::new();
        let parts = &mut self.parts;
        self.kinds.retain(|key, burst| {
            if !is_over(burst.began, now) {
                return true;
            }
            let Some(counted) = burst.counted.take() else {
                if let Entry::Occupied(mut part) = parts.entry(key.0.clone()) {
                    part.get_mut().kinds -= 1;
                    if part.get().kinds == 0 {
                        part.remove();
                    }
                }
                return false;
            };
            due.push((key.clone(), counted));
            (burst.began, burst.reports) = (now, 1);
            true
        });
        due
    }

    /// Everything that has not been reported, at the end.
    pub(crate) fn rest(&mut self) -> Vec<(BurstKey<W, R>, Counted)> {
        self.parts.clear();
        let rest = self.kinds.drain().filter_map(|(key, burst)| Some((key, burst.counted?)));
        rest.collect()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.kinds.is_empty()
    }
}

fn is_over(began: Instant, now: Instant) -> bool {
    now.saturating_duration_since(began) >= REPORT_INTERVAL
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn counts<W: Copy, R: Copy>(counted: Vec<(BurstKey<W, R>, Counted)>) -> Vec<(BurstKey<W, R>, u64)> {
        counted.into_iter().map(|(key, counted)| (key, counted.count)).collect()
    }

    #[test]
    fn with_a_budget_of_one_a_burst_is_reported_when_it_begins_once_a_minute_and_at_its_end() {
        let start = Instant::now();
        let mut bursts = Bursts::new(1, 256);
        let here = Some(1);
        assert_eq!(bursts.count(here, 'a', start), Some((here, 'a')));
        for second in 1..10 {
            assert_eq!(bursts.count(here, 'a', start + second * SECOND), None);
        }
        assert_eq!(bursts.count(here, 'b', start + SECOND), Some((here, 'b')), "another reason");
        assert_eq!(bursts.due(start + 59 * SECOND), []);
        assert_eq!(bursts.due(start + 60 * SECOND), [((here, 'a'), Counted { count: 9, since: start + SECOND })]);
        assert_eq!(bursts.due(start + 61 * SECOND), [], "of `b` there was one, which was reported");
        bursts.count(here, 'a', start + 62 * SECOND);
        assert_eq!(counts(bursts.due(start + 120 * SECOND)), [((here, 'a'), 1)]);
        assert!(!bursts.is_empty());
        assert_eq!(bursts.due(start + 180 * SECOND), []);
        assert!(bursts.is_empty());
        assert!(bursts.count(here, 'a', start + 181 * SECOND).is_some(), "a new one");
        bursts.count(here, 'a', start + 181 * SECOND);
        assert_eq!(counts(bursts.rest()), [((here, 'a'), 1)]);
        assert_eq!(bursts.rest(), []);
    }

    #[test]
    fn a_burst_makes_no_more_reports_a_minute_than_its_budget() {
        let start = Instant::now();
        let mut bursts = Bursts::new(10, 256);
        let mut reported = 0;
        for minute in 0..5 {
            let mut reports = 0;
            for second in 0..60 {
                let now = start + (minute * 60 + second) * SECOND;
                reports += bursts.due(now).iter().inspect(|(_, counted)| reported += counted.count).count();
                if bursts.count(Some(1), 'a', now).is_some() {
                    (reports, reported) = (reports + 1, reported + 1);
                }
            }
            assert_eq!(reports, 10, "in minute {minute}");
        }
        reported += bursts.rest().iter().map(|(_, counted)| counted.count).sum::<u64>();
        assert_eq!(reported, 300);
    }

    #[test]
    fn who_causes_every_kind_makes_no_more_reports_than_their_share_and_all_are_counted() {
        const SHARE: Share<u32> = Share { reports: 20, kinds: 8, together: |_| 1000 };
        let start = Instant::now();
        let mut bursts = Bursts::new(5, 4096).with_share(SHARE);
        let (mut single, mut counted) = (0, 0);
        for minute in 0..4 {
            let mut reports = 0;
            for second in 0..60 {
                let now = start + (minute * 60 + second) * SECOND;
                let due = bursts.due(now);
                reports += due.len();
                counted += due.iter().map(|(_, counted)| counted.count).sum::<u64>();
                for kind in 0..100 {
                    single += u64::from(bursts.count(Some('a'), kind, now).is_some());
                }
            }
            assert!(reports <= 8 + 1, "{reports}");
            assert!(single <= 20 * (u64::from(minute) + 1), "{single}");
        }
        let now = start + 239 * SECOND;
        assert!(bursts.count(Some('b'), 0, now).is_some(), "nobody else's share is smaller for it");
        counted += bursts.rest().iter().map(|(_, counted)| counted.count).sum::<u64>();
        assert_eq!(single + counted, 4 * 60 * 100);
        assert!(bursts.parts.is_empty());
        // Who comes and goes leaves nothing behind.
        for n in 0..100 {
            assert!(bursts.count(Some('c'), n, now).is_some() || n >= 8 + 5);
        }
        for minute in 1..4 {
            let _ = bursts.due(now + minute * REPORT_INTERVAL);
        }
        assert!(bursts.is_empty() && bursts.parts.is_empty());
    }

    #[test]
    fn what_stays_within_the_budget_is_never_counted_together() {
        let start = Instant::now();
        let mut bursts = Bursts::new(10, 256);
        for n in 0..100 {
            assert!(bursts.count(Some(1), 'a', start + n * 6 * SECOND).is_some(), "{n}");
        }
        assert_eq!(bursts.rest(), []);
    }

    #[test]
    fn a_flood_from_everywhere_is_counted_together() {
        const MOST: usize = 256;
        let now = Instant::now();
        let mut bursts = Bursts::new(1, MOST);
        let begun: Vec<_> = (0..100_000_u64).filter_map(|who| bursts.count(Some(who), 'a', now)).collect();
        assert_eq!(begun.len(), MOST + 1);
        assert_eq!(begun.last(), Some(&(None, 'a')));
        assert_eq!(bursts.count(Some(0), 'a', now), None, "the first are still told apart");
        let mut due = counts(bursts.due(now + REPORT_INTERVAL));
        due.sort_by_key(|(_, count)| *count);
        assert_eq!(due, [((Some(0), 'a'), 1), ((None, 'a'), 100_000 - MOST as u64 - 1)]);
    }
}
