//! A store in the memory of one process.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant, SystemTime},
};

use tokio::sync::Notify;

use super::{
    Admission, Begun, Charge, Cursor, Earlier, End, Fact, Facts, Fence, Limit, Operation, SharedStore, StoreError,
    StoreKey,
    operations::{Marks, Operations},
};
use crate::{
    limiter::day,
    rate::{Gcra, RateTable},
};

/// How many counts are kept separately; beyond that limits become stricter.
const CELLS: usize = 1 << 18;
/// The maximum number of remembered keys, and of facts.
const MOST: usize = 1 << 18;
/// How many facts are read at once.
const PAGE: usize = 1_000;

/// A [`SharedStore`] in the memory of one process, for a single server or, as in tests, for several servers. Clones share the same store.
///
/// Its memory is bounded. It keeps at most 262,144 facts, and the same number of one-time keys. It keeps at most 65,536 operations with 64 MiB of
/// answers, of each of which an eighth may have the same [`StoreKey::what`]. It keeps at most 65,536 marks, and drops the one that ends first if
/// there are more.
#[derive(Clone)]
pub struct MemoryStore(Arc<Inner>);

struct Inner {
    state: Mutex<State>,
    bell: Notify,
}

struct State {
    running: RateTable,
    daily: RateTable,
    used: HashMap<StoreKey, Instant>,
    /// The same keys, in the order in which they end.
    ends: BTreeSet<(Instant, StoreKey)>,
    operations: Operations,
    marks: Marks,
    history: u64,
    position: u64,
    facts: BTreeMap<u64, (Fact, Option<Instant>)>,
    positions: HashMap<StoreKey, u64>,
}

impl MemoryStore {
    /// An empty store.
    ///
    /// # Errors
    ///
    /// If the operating system provides no random bytes.
    pub fn new() -> Result<Self, StoreError> {
        let mut history = [0; 8];
        getrandom::fill(&mut history).map_err(|error| StoreError::new(error.to_string()))?;
        let state = State {
            running: RateTable::with_cells(CELLS),
            daily: RateTable::with_cells(CELLS),
            used: HashMap::new(),
            ends: BTreeSet::new(),
            operations: Operations::default(),
            marks: Marks::default(),
            history: u64::from_le_bytes(history),
            position: 0,
            facts: BTreeMap::new(),
            positions: HashMap::new(),
        };
        Ok(Self(Arc::new(Inner { state: Mutex::new(state), bell: Notify::new() })))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl SharedStore for MemoryStore {
    async fn admit(&self, charges: &[Charge]) -> Result<Admission, StoreError> {
        let state = self.state();
        let (micros, (day, midnight)) = (state.running.micros(Instant::now()), day(SystemTime::now()));
        let counts: Vec<_> = charges
            .iter()
            .map(|charge| match charge.limit {
                Limit::Rate { interval, tolerance } => (&state.running, Gcra::of(interval, tolerance), micros, None),
                Limit::Daily { cost, most } => (&state.daily, Gcra::counting(most).costing(cost), day, Some(midnight)),
            })
            .collect();
        let mut strictest = None;
        for (index, (charge, (table, gcra, tick, midnight))) in charges.iter().zip(&counts).enumerate() {
            let gcra = gcra.ok_or_else(|| StoreError::new("this charge can never fit its limit"))?;
            if let Err(ticks) = table.look(cell(charge.key), gcra, *tick) {
                let wait = midnight.unwrap_or(Duration::from_micros(ticks));
                if strictest.is_none_or(|(_, longest)| wait > longest) {
                    strictest = Some((index, wait));
                }
            }
        }
        if let Some((charge, wait)) = strictest {
            return Ok(Admission::Refused { charge, wait });
        }
        for (charge, (table, gcra, tick, _)) in charges.iter().zip(&counts) {
            // The state is locked, so nothing happens in between. If a call has the same count twice, it is charged as far as possible.
            if let Some(gcra) = gcra {
                let _ = table.charge_tick(cell(charge.key), *gcra, *tick);
            }
        }
        Ok(Admission::Admitted)
    }

    async fn once(&self, key: StoreKey, keep: Duration) -> Result<bool, StoreError> {
        let now = Instant::now();
        let mut state = self.state();
        while let Some((end, key)) = state.ends.first().copied().filter(|(end, _)| *end <= now) {
            state.ends.remove(&(end, key));
            state.used.remove(&key);
        }
        if state.used.contains_key(&key) {
            return Ok(false);
        }
        if state.used.len() >= MOST {
            return Err(StoreError::new("the store has no room for another key"));
        }
        let end = now + keep;
        state.used.insert(key, end);
        state.ends.insert((end, key));
        Ok(true)
    }

    async fn begin(&self, key: StoreKey, operation: Operation) -> Result<Begun, StoreError> {
        self.state().operations.begin(key, operation, Instant::now())
    }

    async fn recall(&self, key: StoreKey) -> Result<Option<Earlier>, StoreError> {
        Ok(self.state().operations.recall(key, Instant::now()))
    }

    async fn finish(&self, key: StoreKey, fence: Fence, end: End) -> Result<bool, StoreError> {
        self.state().operations.finish(key, fence, end, Instant::now())
    }

    async fn mark(&self, key: StoreKey, keep: Duration) -> Result<(), StoreError> {
        self.state().marks.mark(key, keep, Instant::now());
        Ok(())
    }

    async fn is_marked(&self, key: StoreKey) -> Result<bool, StoreError> {
        Ok(self.state().marks.is_marked(key, Instant::now()))
    }

    async fn put(&self, fact: Fact) -> Result<(), StoreError> {
        let now = Instant::now();
        {
            let mut state = self.state();
            if state.facts.len() >= MOST {
                state.forget(now);
            }
            let former = state.positions.get(&fact.key).copied();
            if former.is_none() && state.facts.len() >= MOST {
                return Err(StoreError::new("the store has no room for another fact"));
            }
            if let Some(former) = former {
                state.facts.remove(&former);
            }
            state.position += 1;
            let (position, end) = (state.position, fact.keep.map(|keep| now + keep));
            state.positions.insert(fact.key, position);
            state.facts.insert(position, (fact, end));
        }
        self.0.bell.notify_waiters();
        Ok(())
    }

    async fn facts(&self, after: Option<Cursor>) -> Result<Facts, StoreError> {
        let now = Instant::now();
        let mut state = self.state();
        state.forget(now);
        let after = after.filter(|cursor| cursor.history == state.history).map_or(0, |cursor| cursor.position);
        let mut position = after;
        let mut facts = Vec::new();
        for (place, (fact, end)) in state.facts.range(after.saturating_add(1)..).take(PAGE) {
            position = *place;
            facts.push(Fact { keep: end.map(|end| end.saturating_duration_since(now)), ..fact.clone() });
        }
        Ok(Facts { facts, cursor: Cursor { history: state.history, position } })
    }

    async fn bell(&self) {
        self.0.bell.notified().await;
    }
}

impl State {
    /// Removes facts whose time is over. There are few facts, and they are read rarely.
    fn forget(&mut self, now: Instant) {
        let Self { facts, positions, .. } = self;
        facts.retain(|_, (fact, end)| {
            let stays = end.is_none_or(|end| end > now);
            if !stays {
                positions.remove(&fact.key);
            }
            stays
        });
    }
}

/// The key for a table. It is a keyed hash, of which 128 bits are sufficient.
fn cell(key: StoreKey) -> (usize, u64) {
    let [whose @ .., _, _, _, _, _, _, _, _] = key.whose;
    #[expect(clippy::cast_possible_truncation, reason = "a hash")]
    let what = u64::from_le_bytes(key.what) as usize;
    (what, u64::from_le_bytes(whose))
}

impl std::fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let state = self.state();
        f.debug_struct("MemoryStore").field("facts", &state.facts.len()).field("used", &state.used.len()).finish()
    }
}
