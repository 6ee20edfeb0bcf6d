//! How much memory messages may take while they are handled, and answers until their clients have taken them: in all, and of one principal.
//!
//! Three rules keep it fair. One principal may hold no more than is left for all others. A quarter is for what is small. And when there is not
//! enough, bodies that arrive slowly lose what they hold.

use std::{
    cmp::Reverse,
    hash::{BuildHasher, Hash, RandomState},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::body::Bytes;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::guard::Room;

/// Principals that share a counter share its limit, which only ever makes it stricter.
const CELLS: usize = 4096;
/// A message that takes no more memory than this is small.
const SMALL: usize = 32 * 1024;
/// An answer that is no longer than this does not count.
const SHORT: usize = 8 * 1024;
/// A body that arrives more slowly than this, in bytes per second, is slow.
const SLOW_BYTES_PER_SECOND: u64 = 64 * 1024;
/// Before that nobody knows the pace of a body.
const GRACE: Duration = Duration::from_secs(1);

/// Memory, in bytes, and how much of it is taken.
pub(super) struct Memory {
    all: AtomicUsize,
    cells: Box<[AtomicUsize]>,
    hasher: RandomState,
    most: usize,
    most_of_one: usize,
    /// The bodies whose rest is waited for. Each of them has taken memory, which limits their number.
    arriving: Mutex<Vec<Arriving>>,
    next: AtomicU64,
}

/// A body whose rest is waited for.
struct Arriving {
    id: u64,
    cell: usize,
    bytes: usize,
    since: Instant,
    evicted: CancellationToken,
}

/// Memory that is taken until this is dropped.
pub(super) struct Taken {
    memory: Arc<Memory>,
    cell: usize,
    bytes: usize,
    /// The entry of a body that is waited for. If there is none any more, the memory was taken away.
    arriving: Option<u64>,
}

/// Why there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoRoom {
    /// There never is so much.
    Never,
    /// Others are using it.
    Now,
    /// It was taken away, as the body arrives slowly.
    Evicted,
}

/// A limit that would be exceeded.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Exceeded {
    /// That of the principal.
    One,
    /// That of all.
    All,
}

impl Memory {
    /// With one principal at its limit as much is left for the others, at the least.
    pub(super) fn new(most: usize, most_of_one: usize) -> Self {
        Self {
            all: AtomicUsize::new(0),
            cells: (0..CELLS).map(|_| AtomicUsize::new(0)).collect(),
            hasher: RandomState::new(),
            most,
            most_of_one: most_of_one.min(most / 2),
            arriving: Mutex::default(),
            next: AtomicU64::new(0),
        }
    }

    /// An account for this principal, with nothing in it.
    pub(super) fn account(self: &Arc<Self>, principal: impl Hash) -> Taken {
        let cell = usize::try_from(self.hasher.hash_one(principal) % (CELLS as u64)).unwrap_or_default();
        Taken { memory: Arc::clone(self), cell, bytes: 0, arriving: None }
    }

    fn of(&self, cell: usize) -> usize {
        self.cells.get(cell).map_or(usize::MAX, |cell| cell.load(Ordering::Relaxed))
    }

    /// Counts so much more, which brings an account to this sum, within the limits.
    fn add(&self, cell: usize, bytes: usize, sum: usize) -> Result<(), Exceeded> {
        let Some(cell) = self.cells.get(cell) else { return Err(Exceeded::One) };
        let most = room(self.most, sum);
        let before = add(&self.all, bytes, most).ok_or(Exceeded::All)?;
        let left = most.saturating_sub(before.saturating_add(bytes));
        let most_of_one = room(self.most_of_one, sum);
        if add(cell, bytes, most_of_one.min(left)).is_some() {
            return Ok(());
        }
        self.all.fetch_sub(bytes, Ordering::Relaxed);
        let own = cell.load(Ordering::Relaxed).saturating_add(bytes);
        Err(if own > most_of_one { Exceeded::One } else { Exceeded::All })
    }

    /// Counts so much more, whatever the limits are.
    fn force(&self, cell: usize, bytes: usize) {
        self.all.fetch_add(bytes, Ordering::Relaxed);
        if let Some(cell) = self.cells.get(cell) {
            cell.fetch_add(bytes, Ordering::Relaxed);
        }
    }

    fn give_back(&self, cell: usize, bytes: usize) {
        self.all.fetch_sub(bytes, Ordering::Relaxed);
        if let Some(cell) = self.cells.get(cell) {
            cell.fetch_sub(bytes, Ordering::Relaxed);
        }
    }

    fn arriving(&self) -> MutexGuard<'_, Vec<Arriving>> {
        self.arriving.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the memory of a slow body away: of the principal that holds the most, or of this one, whichever limit is in the way; and of its bodies
    /// the slowest. Whether there was one.
    fn evict(&self, cell: usize, exceeded: Exceeded) -> bool {
        let now = Instant::now();
        let mut arriving = self.arriving();
        let in_the_way = |body: &Arriving| exceeded == Exceeded::All || body.cell == cell;
        let slow = arriving.iter().enumerate().filter(|(_, body)| in_the_way(body)).filter_map(|(at, body)| {
            let pace = body.pace(now).filter(|pace| *pace < SLOW_BYTES_PER_SECOND)?;
            Some((at, (Reverse(self.of(body.cell)), pace)))
        });
        let Some((slowest, _)) = slow.min_by_key(|(_, rank)| *rank) else { return false };
        let body = arriving.swap_remove(slowest);
        self.give_back(body.cell, body.bytes);
        body.evicted.cancel();
        true
    }
}

/// How much of it there is for somebody who takes so much.
fn room(most: usize, sum: usize) -> usize {
    if sum > SMALL { most - most / 4 } else { most }
}

/// What the counter was before, if it could take so much more.
fn add(counter: &AtomicUsize, bytes: usize, most: usize) -> Option<usize> {
    let sum = |taken: usize| taken.checked_add(bytes).filter(|sum| *sum <= most);
    counter.fetch_update(Ordering::Relaxed, Ordering::Relaxed, sum).ok()
}

impl Arriving {
    /// In bytes per second.
    fn pace(&self, now: Instant) -> Option<u64> {
        let millis = now.saturating_duration_since(self.since).as_millis();
        let bytes = (self.bytes as u128).saturating_mul(1000);
        (millis >= GRACE.as_millis()).then(|| u64::try_from(bytes / millis).unwrap_or(u64::MAX))
    }
}

impl Taken {
    /// Another account of the same principal, with nothing in it.
    fn another(&self) -> Self {
        Self { memory: Arc::clone(&self.memory), cell: self.cell, bytes: 0, arriving: None }
    }

    /// Whether the principal, or all of them, hold more than they may take.
    pub(super) fn is_spent(&self) -> bool {
        let Memory { all, most, most_of_one, .. } = &*self.memory;
        self.memory.of(self.cell) >= *most_of_one || all.load(Ordering::Relaxed) >= *most
    }

    /// Takes what is missing to so much in all, or nothing.
    pub(super) fn take_up_to(&mut self, bytes: usize) -> Result<(), NoRoom> {
        let memory = &*self.memory;
        let Some(missing) = bytes.checked_sub(self.bytes).filter(|missing| *missing > 0) else { return Ok(()) };
        if bytes > room(memory.most_of_one, bytes) {
            return Err(NoRoom::Never);
        }
        while let Err(exceeded) = memory.add(self.cell, missing, bytes) {
            if !memory.evict(self.cell, exceeded) {
                return Err(NoRoom::Now);
            }
        }
        if let Some(id) = self.arriving {
            let mut arriving = memory.arriving();
            let Some(entry) = arriving.iter_mut().find(|entry| entry.id == id) else {
                memory.give_back(self.cell, missing);
                return Err(NoRoom::Evicted);
            };
            entry.bytes = bytes;
        }
        self.bytes = bytes;
        Ok(())
    }

    /// Says that it is for a body whose rest is waited for. The token is cancelled when the memory is taken away.
    pub(super) fn begin_to_wait(&mut self) -> CancellationToken {
        let (evicted, id) = (CancellationToken::new(), self.memory.next.fetch_add(1, Ordering::Relaxed));
        let since = Instant::now();
        let entry = Arriving { id, cell: self.cell, bytes: self.bytes, since, evicted: evicted.clone() };
        self.memory.arriving().push(entry);
        self.arriving = Some(id);
        evicted
    }

    /// Says that the body is there. From here on nobody can take its memory away.
    pub(super) fn end_to_wait(&mut self) -> Result<(), NoRoom> {
        let Some(id) = self.arriving.take() else { return Ok(()) };
        let mut arriving = self.memory.arriving();
        let Some(at) = arriving.iter().position(|entry| entry.id == id) else {
            self.bytes = 0;
            return Err(NoRoom::Evicted);
        };
        arriving.swap_remove(at);
        Ok(())
    }

    /// Makes it so much, whatever the limits are.
    fn set(&mut self, bytes: usize) {
        self.memory.force(self.cell, bytes);
        self.memory.give_back(self.cell, self.bytes);
        self.bytes = bytes;
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        // One that was taken away has nothing to give back.
        let _ = self.end_to_wait();
        self.memory.give_back(self.cell, self.bytes);
    }
}

/// The memory of one answer: taken before it leaves the guard, and held until its client has taken it.
pub(super) struct Answer(Mutex<Taken>);

impl Answer {
    pub(super) fn new(account: Taken) -> Self {
        Self(Mutex::new(account))
    }

    /// The bytes of the answer, or of a part of it, which count as what they are until the client has taken them.
    pub(super) fn until_sent(&self, mut bytes: Vec<u8>) -> Bytes {
        // What is said before the end is short, and leaves what was taken for the end alone.
        if bytes.len() <= SHORT {
            return bytes.into();
        }
        let mut account = self.account();
        let rest = account.another();
        let mut taken = std::mem::replace(&mut *account, rest);
        drop(account);
        bytes.shrink_to_fit();
        taken.set(bytes.capacity());
        Bytes::from_owner(Unsent { bytes, _taken: taken })
    }

    fn account(&self) -> MutexGuard<'_, Taken> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Room for Answer {
    /// An answer that is larger than one principal's limit counts as much as the limit, or it could never leave.
    fn take(&self, bytes: usize) -> bool {
        let mut account = self.account();
        let most = room(account.memory.most_of_one, bytes);
        bytes <= SHORT || account.take_up_to(bytes.min(most)).is_ok()
    }

    fn force(&self, bytes: usize) {
        self.account().set(bytes);
    }
}

/// An answer that its client has not taken yet.
struct Unsent {
    bytes: Vec<u8>,
    _taken: Taken,
}

impl AsRef<[u8]> for Unsent {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KIB: usize = 1024;
    const SECOND: Duration = Duration::from_secs(1);

    fn is_empty(memory: &Memory) -> bool {
        let counters = memory.cells.iter().chain([&memory.all]);
        memory.arriving().is_empty() && counters.map(|counter| counter.load(Ordering::Relaxed)).all(|taken| taken == 0)
    }

    /// Accounts of principals that share no counter.
    fn accounts<const N: usize>(memory: &Arc<Memory>) -> [Taken; N] {
        let mut found: Vec<Taken> = Vec::new();
        for account in (0..).map(|key| memory.account(key)) {
            if found.iter().all(|known| known.cell != account.cell) {
                found.push(account);
            }
            if found.len() == N {
                break;
            }
        }
        found.try_into().unwrap_or_else(|_| panic!())
    }

    #[test]
    fn one_principal_can_take_no_more_than_is_left_for_others() {
        let memory = Arc::new(Memory::new(1600 * KIB, 800 * KIB));
        let [mut alice, mut bob, mut carol] = accounts(&memory);
        assert_eq!(alice.take_up_to(601 * KIB), Err(NoRoom::Never));
        assert_eq!(alice.take_up_to(500 * KIB), Ok(()));
        let mut again = alice.another();
        assert_eq!(again.take_up_to(101 * KIB), Err(NoRoom::Now));
        assert_eq!(again.take_up_to(100 * KIB), Ok(()));
        assert_eq!(bob.take_up_to(301 * KIB), Err(NoRoom::Now));
        assert_eq!(bob.take_up_to(300 * KIB), Ok(()));
        assert_eq!(carol.take_up_to(151 * KIB), Err(NoRoom::Now));
        assert_eq!(carol.take_up_to(150 * KIB), Ok(()), "there is something for everybody who comes");
        drop(alice);
        assert_eq!(carol.take_up_to(200 * KIB), Ok(()));
        assert_eq!(carol.take_up_to(100 * KIB), Ok(()), "it has as much");
        drop((again, bob, carol));
        assert!(is_empty(&memory));
    }

    #[test]
    fn small_messages_have_room_beside_large_ones() {
        let memory = Arc::new(Memory::new(2000 * KIB, 1000 * KIB));
        let [mut alice, mut bob, mut carol, mut dave] = accounts(&memory);
        for (account, most) in [(&mut alice, 750), (&mut bob, 375), (&mut carol, 187), (&mut dave, 94)] {
            account.take_up_to(most * KIB).unwrap();
        }
        let [.., mut eve] = accounts::<5>(&memory);
        assert_eq!(eve.take_up_to(95 * KIB), Err(NoRoom::Now));
        let mut small: Vec<_> = (0..8).map(|_| eve.another()).collect();
        assert!(small.iter_mut().all(|small| small.take_up_to(SMALL) == Ok(())));
        assert_eq!(small.first_mut().unwrap().take_up_to(SMALL + 1), Err(NoRoom::Now), "nor is one that grows");
        assert_eq!((0..100).filter(|_| eve.another().take_up_to(SMALL) == Ok(())).count(), 100, "given back at once");
        drop((alice, bob, carol, dave, eve, small));
        assert!(is_empty(&memory));
    }

    #[tokio::test(start_paused = true)]
    async fn bodies_that_arrive_slowly_lose_what_they_hold_when_it_is_needed() {
        let memory = Arc::new(Memory::new(1600 * KIB, 800 * KIB));
        let [mut alice, mut bob, mut carol, mut dave] = accounts(&memory);
        for (account, bytes) in [(&mut alice, 600), (&mut bob, 300), (&mut carol, 150)] {
            account.take_up_to(bytes * KIB).unwrap();
        }
        let evicted = [&mut alice, &mut bob, &mut carol].map(Taken::begin_to_wait);
        let is_evicted = || evicted.each_ref().map(CancellationToken::is_cancelled);
        tokio::time::advance(SECOND / 2).await;
        assert_eq!(dave.take_up_to(500 * KIB), Err(NoRoom::Now), "nobody knows yet who is slow");
        tokio::time::advance(4 * SECOND).await;
        assert_eq!(dave.take_up_to(60 * KIB), Ok(()));
        assert_eq!(is_evicted(), [false; 3], "who needs nothing from others takes nothing from others");
        assert_eq!(
            dave.take_up_to(200 * KIB),
            Err(NoRoom::Now),
            "one that arrives at 34 KiB a second goes, but it is not enough"
        );
        assert_eq!(is_evicted(), [false, false, true]);
        tokio::time::advance(60 * SECOND).await;
        assert_eq!(dave.take_up_to(200 * KIB), Ok(()));
        assert_eq!(is_evicted(), [true, false, true], "the largest holder");
        assert_eq!(alice.take_up_to(601 * KIB), Err(NoRoom::Never));
        assert_eq!(alice.end_to_wait(), Err(NoRoom::Evicted));
        assert_eq!(carol.take_up_to(151 * KIB), Err(NoRoom::Evicted));
        assert_eq!(bob.take_up_to(301 * KIB), Ok(()));
        assert_eq!(bob.end_to_wait(), Ok(()));
        tokio::time::advance(60 * SECOND).await;
        assert_eq!(carol.another().take_up_to(600 * KIB), Err(NoRoom::Now), "a body that is there is not slow");
        drop((alice, bob, carol, dave));
        assert!(is_empty(&memory));
    }

    #[tokio::test(start_paused = true)]
    async fn who_takes_too_much_takes_it_from_nobody_else() {
        let memory = Arc::new(Memory::new(1600 * KIB, 400 * KIB));
        let [mut alice, mut bob] = accounts(&memory);
        alice.take_up_to(300 * KIB).unwrap();
        bob.take_up_to(300 * KIB).unwrap();
        let (alices, bobs) = (alice.begin_to_wait(), bob.begin_to_wait());
        tokio::time::advance(60 * SECOND).await;
        assert_eq!(alice.another().take_up_to(100 * KIB), Ok(()));
        assert!(alices.is_cancelled() && !bobs.is_cancelled());
        drop((alice, bob));
        assert!(is_empty(&memory));
    }

    #[test]
    fn an_answer_counts_until_it_was_taken() {
        let memory = Arc::new(Memory::new(1600 * KIB, 400 * KIB));
        let [alice, mut bob] = accounts(&memory);
        let answer = Answer::new(alice.another());
        assert!(answer.take(200 * KIB));
        let other = Answer::new(alice.another());
        assert!(!other.take(200 * KIB) && other.take(SHORT), "what is short always leaves");
        let sent = answer.until_sent(vec![1; 250 * KIB]);
        assert_eq!(memory.of(alice.cell), 250 * KIB, "as long as it is");
        assert!(!other.take(51 * KIB));
        other.force(500 * KIB);
        assert!(alice.is_spent() && !bob.is_spent());
        drop((answer, other));
        let rest = sent.slice(249 * KIB..);
        drop(sent);
        assert_eq!(memory.of(alice.cell), 250 * KIB, "a part of it is there");
        assert_eq!(bob.take_up_to(300 * KIB), Ok(()));
        drop((rest, alice, bob));
        assert!(is_empty(&memory));
    }

    #[test]
    fn an_answer_that_is_larger_than_the_limit_leaves_if_it_is_alone() {
        let memory = Arc::new(Memory::new(1600 * KIB, 400 * KIB));
        let [alice] = accounts(&memory);
        let (large, other) = (Answer::new(alice.another()), Answer::new(alice.another()));
        assert!(large.take(5000 * KIB) && !other.take(40 * KIB));
        drop(large);
        assert!(other.take(40 * KIB));
        assert!(!Answer::new(alice.another()).take(5000 * KIB));
    }
}
