//! All limits of a call together: all are checked before any is charged, so that a refused call uses nothing.

use std::time::{Duration, Instant, SystemTime};

use crate::{
    identity::LimitKeys,
    policy::Per,
    rate::{Charge, Gcra, RateTable},
    store,
};

const SECONDS_A_DAY: u64 = 86_400;
/// A day has this many ticks of a clock that stands still until midnight. No quota has that many calls.
const DAY_BITS: u32 = 32;

/// One limit of one item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Limit {
    /// Distinguishes its counts from those of other limits. For a budget it is the same in all items.
    pub(crate) id: usize,
    pub(crate) per: Per,
    pub(crate) clock: Clock,
    /// Includes the cost of the item's calls.
    pub(crate) gcra: Gcra,
    /// For the audit record.
    pub(crate) rule: &'static str,
    /// Its name in a shared store.
    pub(crate) label: [u8; 8],
}

impl Limit {
    /// The same limit in the form in which a shared store counts it.
    pub(crate) fn shared(&self) -> store::Limit {
        let (interval, tolerance) = self.gcra.ticks();
        let number = |ticks| u32::try_from(ticks).unwrap_or(u32::MAX);
        match self.clock {
            Clock::Running => store::Limit::Rate {
                interval: Duration::from_micros(interval),
                tolerance: Duration::from_micros(tolerance),
            },
            Clock::Daily => store::Limit::Daily { cost: number(interval), most: number(tolerance) },
        }
    }
}

/// A call that was counted, for [`Limiter::give_back`].
#[must_use]
#[derive(Clone, Copy, Debug)]
pub(crate) struct Counted(Now);

/// How a limit is replenished.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Clock {
    /// Gradually, with time.
    Running,
    /// Completely, at midnight in UTC.
    Daily,
}

/// The counts of all the limits of a server.
pub(crate) struct Limiter {
    running: RateTable,
    /// The daily counts. They live so long that they would crowd out the others, which are over within moments.
    daily: RateTable,
}

/// Why a call is not admitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NotAdmitted {
    /// The caller lacks the name (tenant or client) that the limit counts by.
    Nameless(Per),
    /// The limit with the longest wait, and that wait.
    Exceeded { rule: &'static str, wait: Duration },
}

/// The time of a call in the units of the tables.
#[derive(Clone, Copy, Debug)]
struct Now {
    micros: u64,
    /// Since 1970, in ticks.
    day: u64,
    midnight: Duration,
}

impl Limiter {
    /// Each table has at least this number of cells; without a quota there are no daily counts.
    pub(crate) fn new(cells: usize, has_quota: bool) -> Self {
        Self { running: RateTable::with_cells(cells), daily: RateTable::with_cells(if has_quota { cells } else { 1 }) }
    }

    /// Counts a call in all its limits, or in none.
    pub(crate) fn admit(&self, limits: &[Limit], keys: LimitKeys, now: Instant) -> Result<Counted, NotAdmitted> {
        let micros = self.running.micros(now);
        if let [limit @ Limit { clock: Clock::Running, .. }] = limits {
            // The usual case, by the shortest path.
            let now = Now { micros, day: 0, midnight: Duration::ZERO };
            let key = keys.of(limit.per).ok_or(NotAdmitted::Nameless(limit.per))?;
            return match self.running.charge_tick((limit.id, key), limit.gcra, micros) {
                Ok(_charge) => Ok(Counted(now)),
                Err(wait) => Err(NotAdmitted::Exceeded { rule: limit.rule, wait: Duration::from_micros(wait) }),
            };
        }
        let (day, midnight) = day(SystemTime::now());
        let now = Now { micros, day, midnight };
        self.admit_at(limits, keys, now).map(|()| Counted(now))
    }

    /// Refunds a call that was refused after all.
    pub(crate) fn give_back(&self, limits: &[Limit], keys: LimitKeys, Counted(now): Counted) {
        for limit in limits {
            self.refund(limit, keys, now);
        }
    }

    fn admit_at(&self, limits: &[Limit], keys: LimitKeys, now: Now) -> Result<(), NotAdmitted> {
        if let Some(limit) = limits.iter().find(|limit| keys.of(limit.per).is_none()) {
            return Err(NotAdmitted::Nameless(limit.per));
        }
        let refusals = limits.iter().filter_map(|limit| self.look(limit, keys, now).err());
        if let Some((wait, rule)) = refusals.max_by_key(|(wait, _)| *wait) {
            return Err(NotAdmitted::Exceeded { rule, wait });
        }
        for (index, limit) in limits.iter().enumerate() {
            if let Err((wait, rule)) = self.charge(limit, keys, now) {
                // Another call came in between. The charges so far are refunded; no limit was charged beyond its maximum, so no limit was exceeded at
                // any time.
                for charged in limits.iter().take(index) {
                    self.refund(charged, keys, now);
                }
                return Err(NotAdmitted::Exceeded { rule, wait });
            }
        }
        Ok(())
    }

    fn look(&self, limit: &Limit, keys: LimitKeys, now: Now) -> Result<(), (Duration, &'static str)> {
        let (table, tick) = self.table(limit, now);
        table.look(key(limit, keys), limit.gcra, tick).map_err(|wait| (now.wait(limit, wait), limit.rule))
    }

    fn charge(&self, limit: &Limit, keys: LimitKeys, now: Now) -> Result<Charge, (Duration, &'static str)> {
        let (table, tick) = self.table(limit, now);
        table.charge_tick(key(limit, keys), limit.gcra, tick).map_err(|wait| (now.wait(limit, wait), limit.rule))
    }

    fn refund(&self, limit: &Limit, keys: LimitKeys, now: Now) {
        let (table, tick) = self.table(limit, now);
        table.refund_at(table.charged(key(limit, keys), limit.gcra, tick), tick);
    }

    fn table(&self, limit: &Limit, now: Now) -> (&RateTable, u64) {
        match limit.clock {
            Clock::Running => (&self.running, now.micros),
            Clock::Daily => (&self.daily, now.day),
        }
    }
}

impl Now {
    fn wait(self, limit: &Limit, ticks: u64) -> Duration {
        match limit.clock {
            Clock::Running => Duration::from_micros(ticks),
            Clock::Daily => self.midnight,
        }
    }
}

/// A caller without such a name has been refused before.
fn key(limit: &Limit, keys: LimitKeys) -> (usize, u64) {
    (limit.id, keys.of(limit.per).unwrap_or_default())
}

/// The day in UTC, and how long it still lasts. If the clock is set back, what was counted by its former time stays in force until then; a clock
/// before 1970 is on the first day.
pub(crate) fn day(time: SystemTime) -> (u64, Duration) {
    let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let day = since.as_secs() / SECONDS_A_DAY;
    let midnight = Duration::from_secs(day.saturating_add(1).saturating_mul(SECONDS_A_DAY));
    (day.saturating_mul(1 << DAY_BITS), midnight.saturating_sub(since))
}

#[cfg(test)]
mod tests;
