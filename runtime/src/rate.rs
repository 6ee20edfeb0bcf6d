//! Rate limits in a table of fixed size.
//!
//! The generic cell rate algorithm ([GCRA], ITU-T I.371) over a fixed table of atomic cells. A cell holds a 16-bit tag of its key and the theoretical
//! arrival time (TAT) of that key's next call in microseconds since the table was created. A key looks only at the eight cells of its bucket, which
//! are one cache line:
//!
//! - if its own tag is there, that cell is its state;
//! - otherwise it takes a cell whose TAT has passed: such a cell is equivalent to an empty one, so nothing is lost;
//! - otherwise it takes the cell with the smallest TAT, *keeping* that TAT: the newcomer starts as if it had made those calls.
//!
//! So the table only ever errs on the strict side. Where a live cell with TAT `a` was taken from its key, every cell of the bucket
//! then had a TAT of at least `a`, and none has decreased since except by passing; whichever cell the key finds on its
//! return has a TAT of at least `a`, or `a` itself has passed. Nobody can evict its own refusal.
//!
//! A charge can be [refunded](RateTable::refund), so that a call can be charged before it is known whether it counts, and two concurrent calls cannot
//! both pass. Two rules keep the table strict. A refund returns only what the time since the charge cannot have returned already; otherwise it would
//! pay for other calls. And it requires a cell in the bucket whose TAT has passed: then, by the argument above, so has the TAT of every key that lost
//! its cell, and no state is below what it should be. Otherwise nothing is refunded.
//!
//! [GCRA]: https://en.wikipedia.org/wiki/Generic_cell_rate_algorithm

use std::{
    hash::{BuildHasher, RandomState},
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};

const WAYS: usize = 8;
const TAT_BITS: u32 = 48;
const TAT_MASK: u64 = (1 << TAT_BITS) - 1;

/// How often a call may happen: a mean interval, and how many may come at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Gcra {
    /// The ticks that one call uses, rounded up. A tick is a microsecond, unless the table has its own clock.
    interval: u64,
    /// How many ticks may be used at once.
    tolerance: u64,
}

impl Gcra {
    /// `count` calls in `period`, `burst` of them at once. `None` unless both are positive and one interval is at least a microsecond.
    pub(crate) fn new(count: u32, period: Duration, burst: u32) -> Option<Self> {
        let period = u64::try_from(period.as_micros()).ok()?;
        let count = u64::from(count);
        if count == 0 || burst == 0 || period < count {
            return None;
        }
        let interval = period.div_ceil(count);
        let tolerance = interval.checked_mul(u64::from(burst)).filter(|tolerance| *tolerance <= TAT_MASK / 2)?;
        Some(Self { interval, tolerance })
    }

    /// From what a call uses and what may be used at once; `None` if no call would pass, or none would be refused.
    pub(crate) fn of(interval: Duration, tolerance: Duration) -> Option<Self> {
        let (interval, tolerance) =
            (u64::try_from(interval.as_micros()).ok()?, u64::try_from(tolerance.as_micros()).ok()?);
        (interval > 0 && interval <= tolerance && tolerance <= TAT_MASK / 2).then_some(Self { interval, tolerance })
    }

    /// What a call uses and what may be used at once, in ticks.
    pub(crate) fn ticks(self) -> (u64, u64) {
        (self.interval, self.tolerance)
    }

    /// `count` calls in a period during which the clock stands still.
    pub(crate) fn counting(count: u32) -> Self {
        Self { interval: 1, tolerance: count.into() }
    }

    /// The same limit for calls that each count as several; `None` if not even one such call fits.
    pub(crate) fn costing(self, cost: u32) -> Option<Self> {
        let interval = self.interval.checked_mul(cost.into()).filter(|all| *all > 0 && *all <= self.tolerance)?;
        Some(Self { interval, ..self })
    }

    /// The TAT of a cell after one more call, or how many ticks to wait.
    fn next(self, seen: u64, now: u64) -> Result<u64, u64> {
        let next = (seen & TAT_MASK).max(now).saturating_add(self.interval);
        let limit = now.saturating_add(self.tolerance);
        if next > limit || next > TAT_MASK { Err(next.saturating_sub(limit).max(1)) } else { Ok(next) }
    }

    /// For constants: an invalid one does not compile.
    #[cfg(feature = "http")]
    pub(crate) const fn every(interval: Duration, burst: u32) -> Self {
        let interval = interval.as_secs() * 1_000_000 + interval.subsec_micros() as u64;
        assert!(interval > 0 && burst > 0 && interval * burst as u64 <= TAT_MASK / 2, "the rate is impossible");
        Self { interval, tolerance: interval * burst as u64 }
    }
}

/// One call that was counted, for a [refund](RateTable::refund).
#[derive(Debug)]
pub(crate) struct Charge {
    hash: u64,
    interval: u64,
    at: u64,
}

#[repr(align(64))]
struct Bucket([AtomicU64; WAYS]);

/// All the rate limits of one server.
pub(crate) struct RateTable {
    buckets: Box<[Bucket]>,
    mask: usize,
    hasher: RandomState,
    epoch: Instant,
}

impl RateTable {
    /// A table with at least this number of cells of eight bytes.
    pub(crate) fn with_cells(cells: usize) -> Self {
        let buckets = cells.div_ceil(WAYS).max(1).next_power_of_two();
        Self {
            buckets: (0..buckets).map(|_| Bucket(std::array::from_fn(|_| AtomicU64::new(0)))).collect(),
            mask: buckets - 1,
            hasher: RandomState::new(),
            epoch: Instant::now(),
        }
    }

    /// Counts one call, or returns how long to wait.
    #[cfg(any(feature = "http", test))]
    pub(crate) fn check(&self, key: (usize, u64), gcra: Gcra, now: Instant) -> Result<(), Duration> {
        self.charge(key, gcra, now).map(drop)
    }

    /// Counts one call that may be refunded, or returns how long to wait.
    #[cfg(any(feature = "http", test))]
    pub(crate) fn charge(&self, key: (usize, u64), gcra: Gcra, now: Instant) -> Result<Charge, Duration> {
        self.charge_at(self.hasher.hash_one(key), gcra, self.micros(now)).map_err(Duration::from_micros)
    }

    /// Refunds a call as far as that makes no limit laxer.
    #[cfg(feature = "http")]
    pub(crate) fn refund(&self, charge: Charge, now: Instant) {
        self.refund_at(charge, self.micros(now));
    }

    /// Checks whether one call would be counted at that tick, or returns how many ticks to wait.
    pub(crate) fn look(&self, key: (usize, u64), gcra: Gcra, now: u64) -> Result<(), u64> {
        let hash = self.hasher.hash_one(key);
        let Some(cells) = self.bucket(hash) else { return Err(gcra.interval) };
        let Some((_, seen)) = choose(cells, hash & !TAT_MASK, now) else { return Err(gcra.interval) };
        gcra.next(seen, now).map(drop)
    }

    /// Counts one call at that tick that may be refunded, or returns how many ticks to wait.
    pub(crate) fn charge_tick(&self, key: (usize, u64), gcra: Gcra, now: u64) -> Result<Charge, u64> {
        self.charge_at(self.hasher.hash_one(key), gcra, now)
    }

    /// What was charged for one call at that tick.
    pub(crate) fn charged(&self, key: (usize, u64), Gcra { interval, .. }: Gcra, at: u64) -> Charge {
        Charge { hash: self.hasher.hash_one(key), interval, at }
    }

    /// Microseconds since the epoch fit in 47 bits for four years; after that every limit refuses rather than wraps.
    pub(crate) fn micros(&self, now: Instant) -> u64 {
        u64::try_from(now.saturating_duration_since(self.epoch).as_micros()).unwrap_or(TAT_MASK)
    }

    fn bucket(&self, hash: u64) -> Option<&[AtomicU64; WAYS]> {
        #[expect(clippy::cast_possible_truncation, reason = "the mask takes the low bits anyway")]
        let index = hash as usize & self.mask;
        self.buckets.get(index).map(|Bucket(cells)| cells)
    }

    fn charge_at(&self, hash: u64, gcra: Gcra, now: u64) -> Result<Charge, u64> {
        let tag = hash & !TAT_MASK;
        let Some(cells) = self.bucket(hash) else { return Err(gcra.interval) };
        loop {
            let Some((cell, seen)) = choose(cells, tag, now) else { return Err(gcra.interval) };
            let next = gcra.next(seen, now)?;
            if cell.compare_exchange_weak(seen, tag | next, Ordering::Relaxed, Ordering::Relaxed).is_ok() {
                return Ok(Charge { hash, interval: gcra.interval, at: now });
            }
        }
    }

    /// Refunds a call at that tick as far as that makes no limit laxer.
    pub(crate) fn refund_at(&self, Charge { hash, interval, at }: Charge, now: u64) {
        let tag = hash & !TAT_MASK;
        let unused = interval.saturating_sub(now.saturating_sub(at));
        let Some(cells) = self.bucket(hash).filter(|_| unused > 0) else { return };
        loop {
            let states = cells.each_ref().map(|cell| (cell, cell.load(Ordering::Relaxed)));
            // Another thread may take the last such cell between this check and the exchange below. That costs at most one call, and requires a
            // bucket that fills up at this very moment.
            let has_passed = states.iter().any(|(_, seen)| seen & TAT_MASK <= now);
            let own = states.iter().find(|(_, seen)| seen & !TAT_MASK == tag && seen & TAT_MASK > now);
            let Some((cell, seen)) = own.filter(|_| has_passed) else { return };
            let next = (seen & TAT_MASK).saturating_sub(unused);
            if cell.compare_exchange_weak(*seen, tag | next, Ordering::Relaxed, Ordering::Relaxed).is_ok() {
                return;
            }
        }
    }
}

fn choose(cells: &[AtomicU64; WAYS], tag: u64, now: u64) -> Option<(&AtomicU64, u64)> {
    let mut smallest: Option<(&AtomicU64, u64)> = None;
    for cell in cells {
        let seen = cell.load(Ordering::Relaxed);
        let tat = seen & TAT_MASK;
        if seen & !TAT_MASK == tag && tat > now {
            return Some((cell, seen));
        }
        if smallest.is_none_or(|(_, least)| tat < least & TAT_MASK) {
            smallest = Some((cell, seen));
        }
    }
    // If any TAT has passed, the smallest one has.
    smallest
}

#[cfg(test)]
mod tests {
    use std::{num::NonZeroU32, sync::Arc};

    use governor::{
        Quota as Reference, RateLimiter,
        clock::{Clock, FakeRelativeClock},
    };
    use proptest::prelude::*;
    use secure_tool_testkit::joined;

    use super::*;

    fn hash(key: u64) -> u64 {
        std::hash::BuildHasherDefault::<std::collections::hash_map::DefaultHasher>::default().hash_one(key)
    }

    proptest! {
        /// One key, any quota, any rhythm: the decision and the waiting time are governor's.
        #[test]
        fn a_key_alone_is_limited_as_by_governor(
            interval in 1u64..5_000_000,
            burst in 1u32..50,
            pauses in proptest::collection::vec(0u64..10_000_000, 1..200),
        ) {
            let clock = FakeRelativeClock::default();
            let reference = RateLimiter::direct_with_clock(
                Reference::with_period(Duration::from_micros(interval)).unwrap().allow_burst(NonZeroU32::new(burst).unwrap()),
                clock.clone(),
            );
            let table = RateTable::with_cells(64);
            let quota = Gcra::new(1, Duration::from_micros(interval), burst).unwrap();
            let mut now = 0;
            for pause in pauses {
                clock.advance(Duration::from_micros(pause));
                now += pause;
                let expected = reference.check().map_err(|until| until.wait_time_from(clock.now()).as_micros());
                prop_assert_eq!(table.charge_at(hash(7), quota, now).map(drop).map_err(u128::from), expected);
            }
        }

        /// Many keys in one bucket: nobody ever gets more than governor would give it.
        #[test]
        fn a_crowded_table_errs_to_the_strict_side_only(
            burst in 1u32..5,
            calls in proptest::collection::vec((0u64..40, 0u64..400_000), 1..400),
        ) {
            let clock = FakeRelativeClock::default();
            let reference = RateLimiter::hashmap_with_clock(
                Reference::per_second(NonZeroU32::new(1).unwrap()).allow_burst(NonZeroU32::new(burst).unwrap()),
                clock.clone(),
            );
            let table = RateTable::with_cells(1);
            let quota = Gcra::new(1, Duration::from_secs(1), burst).unwrap();
            let mut now = 0;
            for (key, pause) in calls {
                clock.advance(Duration::from_micros(pause));
                now += pause;
                if table.charge_at(hash(key), quota, now).is_ok() {
                    prop_assert!(reference.check_key(&key).is_ok());
                }
            }
        }
    }

    #[cfg(feature = "http")]
    proptest! {
        /// One key: with what is given back at once, the others are limited as if it had never been.
        #[test]
        fn a_call_that_is_given_back_at_once_has_never_been(
            burst in 1u32..20,
            calls in proptest::collection::vec((0u64..1_500_000, any::<bool>()), 1..200),
        ) {
            let clock = FakeRelativeClock::default();
            let second = Reference::per_second(NonZeroU32::new(1).unwrap());
            let reference = RateLimiter::direct_with_clock(second.allow_burst(NonZeroU32::new(burst).unwrap()), clock.clone());
            let table = RateTable::with_cells(64);
            let quota = Gcra::new(1, Duration::from_secs(1), burst).unwrap();
            let mut now = 0;
            for (pause, is_kept) in calls {
                clock.advance(Duration::from_micros(pause));
                now += pause;
                let charged = table.charge_at(hash(7), quota, now);
                if is_kept {
                    prop_assert_eq!(charged.is_ok(), reference.check().is_ok());
                } else if let Ok(charge) = charged {
                    table.refund_at(charge, now);
                }
            }
        }

        /// Many keys in one bucket, and calls that are given back late: nobody ever gets more than governor would give it for the calls that
        /// were kept.
        #[test]
        fn refunds_err_to_the_strict_side_only(
            burst in 1u32..5,
            keys in 1u64..24,
            calls in proptest::collection::vec((0u64..24, 0u64..150_000, proptest::option::of(0u64..2_000_000)), 1..400),
        ) {
            let clock = FakeRelativeClock::default();
            let reference = RateLimiter::hashmap_with_clock(
                Reference::per_second(NonZeroU32::new(1).unwrap()).allow_burst(NonZeroU32::new(burst).unwrap()),
                clock.clone(),
            );
            let table = RateTable::with_cells(1);
            let quota = Gcra::new(1, Duration::from_secs(1), burst).unwrap();
            let mut now = 0;
            let mut pending: Vec<(u64, Charge)> = Vec::new();
            for (key, pause, refund) in calls {
                let key = key % keys;
                clock.advance(Duration::from_micros(pause));
                now += pause;
                let (due, later) = pending.into_iter().partition(|(at, _)| *at <= now);
                pending = later;
                for (_, charge) in due {
                    table.refund_at(charge, now);
                }
                match (table.charge_at(hash(key), quota, now), refund) {
                    (Ok(charge), Some(after)) => pending.push((now + after, charge)),
                    (Ok(_), None) => prop_assert!(reference.check_key(&key).is_ok()),
                    (Err(_), _) => {}
                }
            }
        }
    }

    #[cfg(feature = "http")]
    #[test]
    fn a_refund_does_not_pay_for_other_calls() {
        let table = RateTable::with_cells(64);
        let quota = Gcra::new(1, Duration::from_secs(1), 2).unwrap();
        let early = table.charge_at(hash(1), quota, 0).unwrap();
        // Time has given it back by now; two calls later it does not count a second time.
        for _ in 0..2 {
            assert!(table.charge_at(hash(1), quota, 5_000_000).is_ok());
        }
        table.refund_at(early, 5_000_000);
        assert!(table.charge_at(hash(1), quota, 5_000_000).is_err());
    }

    #[cfg(feature = "http")]
    #[test]
    fn a_refund_in_a_full_bucket_does_not_let_an_evicted_key_back_in() {
        let table = RateTable::with_cells(1);
        let quota = Gcra::new(1, Duration::from_secs(3600), 3).unwrap();
        // The ninth key takes the cell of one of the eight, which finds one of the others when it comes back.
        let charges: Vec<_> = (0..9).map(|key| table.charge_at(hash(key), quota, 1).unwrap()).collect();
        for charge in charges.into_iter().skip(1) {
            table.refund_at(charge, 2);
        }
        let passed = (0..3).filter(|_| table.charge_at(hash(0), quota, 3).is_ok()).count();
        assert!(passed <= 2, "{passed} more after the first of three");
    }

    #[test]
    fn a_refused_caller_cannot_evict_its_refusal_by_crowding_the_table() {
        let table = RateTable::with_cells(1);
        let quota = Gcra::new(1, Duration::from_secs(3600), 1).unwrap();
        assert!(table.charge_at(hash(0), quota, 1).is_ok());
        for other in 1..10_000 {
            let _ = table.charge_at(hash(other), quota, 2);
        }
        assert!(table.charge_at(hash(0), quota, 3).is_err());
    }

    #[test]
    fn callers_and_tools_do_not_share_a_limit_in_a_table_with_room() {
        let table = RateTable::with_cells(1 << 16);
        let quota = Gcra::new(5, Duration::from_secs(3600), 5).unwrap();
        let now = Instant::now();
        for key in [(0, 1), (0, 2), (1, 1)] {
            for _ in 0..5 {
                assert_eq!(table.check(key, quota, now), Ok(()));
            }
            let wait = table.check(key, quota, now).unwrap_err();
            assert!(wait > Duration::from_secs(719) && wait <= Duration::from_secs(720), "{wait:?}");
        }
    }

    #[test]
    fn a_quota_without_force_is_none() {
        let second = Duration::from_secs(1);
        assert!(Gcra::new(0, second, 1).is_none());
        assert!(Gcra::new(1, second, 0).is_none());
        assert!(Gcra::new(1, Duration::ZERO, 1).is_none());
        assert!(Gcra::new(2_000_000, second, 1).is_none());
        assert!(Gcra::new(1, Duration::from_secs(86_400), u32::MAX).is_none());
        assert!(Gcra::new(1_000_000, second, 1_000_000).is_some());
    }

    #[test]
    fn concurrent_calls_of_one_key_get_exactly_the_burst() {
        let table = Arc::new(RateTable::with_cells(64));
        let quota = Gcra::new(1, Duration::from_secs(3600), 100).unwrap();
        let now = Instant::now();
        let threads = (0..4).map(|_| {
            let table = Arc::clone(&table);
            std::thread::spawn(move || (0..100).filter(|_| table.check((0, 9), quota, now).is_ok()).count())
        });
        let threads: Vec<_> = threads.collect();
        let allowed: usize = threads.into_iter().map(|thread| joined("a caller", thread)).sum();
        assert_eq!(allowed, 100);
    }
}
