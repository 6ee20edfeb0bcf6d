//! Counts what strangers can cause in any number, for a log in which it must not.

use std::{
    collections::HashMap,
    hash::Hash,
    time::{Duration, Instant},
};

use super::AddressKey;

/// A burst is reported when it begins, and then no more often than this.
pub(in crate::http) const REPORT_INTERVAL: Duration = Duration::from_secs(60);

/// How many bursts are told apart at the same time; further ones count together, whatever their address.
const MOST: usize = 256;

/// What was counted, and for which address: for none, if it is not known or there were too many to tell them apart.
pub(in crate::http) type BurstKey<R> = (Option<AddressKey>, R);

/// Counters by address and reason.
pub(in crate::http) struct Bursts<R> {
    bursts: HashMap<BurstKey<R>, Burst>,
}

struct Burst {
    reported: Instant,
    /// Since then.
    count: u64,
}

impl<R> Default for Bursts<R> {
    fn default() -> Self {
        Self { bursts: HashMap::new() }
    }
}

impl<R: Copy + Eq + Hash> Bursts<R> {
    /// Counts one. What begins with it is to be reported now.
    pub(in crate::http) fn count(
        &mut self,
        address: Option<AddressKey>,
        reason: R,
        now: Instant,
    ) -> Option<BurstKey<R>> {
        let is_full = self.bursts.len() >= MOST && !self.bursts.contains_key(&(address, reason));
        let key = (address.filter(|_| !is_full), reason);
        if let Some(burst) = self.bursts.get_mut(&key) {
            burst.count = burst.count.saturating_add(1);
            return None;
        }
        self.bursts.insert(key, Burst { reported: now, count: 0 });
        Some(key)
    }

    /// What has come since it was reported, where that is long enough ago. A burst of which nothing has come is over.
    pub(in crate::http) fn due(&mut self, now: Instant) -> Vec<(BurstKey<R>, u64)> {
        let mut due = Vec::new();
        self.bursts.retain(|key, burst| {
            if now.saturating_duration_since(burst.reported) < REPORT_INTERVAL {
                return true;
            }
            let count = std::mem::take(&mut burst.count);
            burst.reported = now;
            if count > 0 {
                due.push((*key, count));
            }
            count > 0
        });
        due
    }

    /// Everything that has not been reported, at the end.
    pub(in crate::http) fn rest(&mut self) -> Vec<(BurstKey<R>, u64)> {
        let rest = self.bursts.drain().map(|(key, burst)| (key, burst.count));
        rest.filter(|(_, count)| *count > 0).collect()
    }

    pub(in crate::http) fn is_empty(&self) -> bool {
        self.bursts.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn a_burst_is_reported_when_it_begins_once_a_minute_and_at_its_end() {
        let start = Instant::now();
        let mut bursts = Bursts::default();
        let here = Some(AddressKey::V4(1));
        assert_eq!(bursts.count(here, 'a', start), Some((here, 'a')));
        for _ in 0..9 {
            assert_eq!(bursts.count(here, 'a', start), None);
        }
        assert_eq!(bursts.count(here, 'b', start + SECOND), Some((here, 'b')), "another reason");
        assert_eq!(bursts.due(start + 59 * SECOND), []);
        assert_eq!(bursts.due(start + 60 * SECOND), [((here, 'a'), 9)]);
        assert_eq!(bursts.due(start + 61 * SECOND), [], "of `b` there was one, which was reported");
        bursts.count(here, 'a', start + 62 * SECOND);
        assert_eq!(bursts.due(start + 120 * SECOND), [((here, 'a'), 1)]);
        assert!(!bursts.is_empty());
        assert_eq!(bursts.due(start + 180 * SECOND), []);
        assert!(bursts.is_empty());
        assert!(bursts.count(here, 'a', start + 181 * SECOND).is_some(), "a new one");
        bursts.count(here, 'a', start + 181 * SECOND);
        assert_eq!(bursts.rest(), [((here, 'a'), 1)]);
        assert_eq!(bursts.rest(), []);
    }

    #[test]
    fn a_flood_from_everywhere_is_counted_together() {
        let now = Instant::now();
        let mut bursts = Bursts::default();
        let addresses = (0..100_000).map(|n| Some(AddressKey::V6Prefix(n)));
        let begun: Vec<_> = addresses.filter_map(|address| bursts.count(address, 'a', now)).collect();
        assert_eq!(begun.len(), MOST + 1);
        assert_eq!(begun.last(), Some(&(None, 'a')));
        assert_eq!(bursts.count(Some(AddressKey::V6Prefix(0)), 'a', now), None, "the first are still told apart");
        let mut due = bursts.due(now + REPORT_INTERVAL);
        due.sort_by_key(|(_, count)| *count);
        assert_eq!(due, [((Some(AddressKey::V6Prefix(0)), 'a'), 1), ((None, 'a'), 100_000 - MOST as u64 - 1)]);
    }
}
