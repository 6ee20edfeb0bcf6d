//! How much memory messages may take while they are handled: in all, and of one principal.
//!
//! A quarter of both is for small messages alone, so that a few large ones that arrive slowly keep nobody's calls out.

use std::{
    hash::{BuildHasher, Hash, RandomState},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use axum::body::Bytes;

/// Principals that share a counter share its limit, which only ever makes it stricter.
const CELLS: usize = 4096;
/// What a message may take and be small: as much as a connection takes in any case.
pub(super) const SMALL: usize = 32 * 1024;
/// A response may be as long and not count.
const SHORT: usize = 8 * 1024;

/// The memory of messages in flight, in bytes.
pub(super) struct Memory {
    all: AtomicUsize,
    cells: Box<[AtomicUsize]>,
    hasher: RandomState,
    most: usize,
    most_of_one: usize,
}

/// Memory that a request has taken, until this is dropped.
pub(super) struct Taken {
    memory: Arc<Memory>,
    cell: usize,
    bytes: usize,
}

/// Why there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoRoom {
    /// There never is so much.
    Never,
    /// Others are using it.
    Now,
}

impl Memory {
    pub(super) fn new(most: usize, most_of_one: usize) -> Self {
        let cells = (0..CELLS).map(|_| AtomicUsize::new(0)).collect();
        Self { all: AtomicUsize::new(0), cells, hasher: RandomState::new(), most, most_of_one: most_of_one.min(most) }
    }

    /// An account for a request of this principal, with nothing in it.
    pub(super) fn account(self: &Arc<Self>, principal: impl Hash) -> Taken {
        let cell = usize::try_from(self.hasher.hash_one(principal) % (CELLS as u64)).unwrap_or_default();
        Taken { memory: Arc::clone(self), cell, bytes: 0 }
    }
}

impl Taken {
    /// Another account of the same principal, with nothing in it.
    pub(super) fn another(&self) -> Self {
        Self { memory: Arc::clone(&self.memory), cell: self.cell, bytes: 0 }
    }

    /// Takes so much more, or nothing.
    pub(super) fn take(&mut self, bytes: usize) -> Result<(), NoRoom> {
        let Memory { all, cells, most, most_of_one, .. } = &*self.memory;
        let sum = self.bytes.saturating_add(bytes);
        let room = |most: usize| if sum > SMALL { most - most / 4 } else { most };
        if sum > room(*most_of_one) {
            return Err(NoRoom::Never);
        }
        let Some(cell) = cells.get(self.cell) else { return Err(NoRoom::Now) };
        add(cell, bytes, room(*most_of_one))?;
        add(all, bytes, room(*most)).inspect_err(|_| {
            cell.fetch_sub(bytes, Ordering::Relaxed);
        })?;
        self.bytes = sum;
        Ok(())
    }

    /// Takes what is missing to so much in all, or nothing.
    pub(super) fn take_up_to(&mut self, bytes: usize) -> Result<(), NoRoom> {
        self.take(bytes.saturating_sub(self.bytes))
    }

    /// The bytes of a response, which count for the same principal until the client has taken them: one that asks for more than it reads
    /// can ask no further. They are there already, so that they may exceed the limit, and they leave the room of all others alone.
    pub(super) fn until_sent(&self, response: Vec<u8>) -> Bytes {
        if response.capacity() <= SHORT {
            return response.into();
        }
        let unsent = Unsent { memory: Arc::clone(&self.memory), cell: self.cell, response };
        if let Some(cell) = unsent.memory.cells.get(unsent.cell) {
            cell.fetch_add(unsent.response.capacity(), Ordering::Relaxed);
        }
        Bytes::from_owner(unsent)
    }
}

/// A response that its client has not taken yet.
struct Unsent {
    memory: Arc<Memory>,
    cell: usize,
    response: Vec<u8>,
}

impl AsRef<[u8]> for Unsent {
    fn as_ref(&self) -> &[u8] {
        &self.response
    }
}

impl Drop for Unsent {
    fn drop(&mut self) {
        if let Some(cell) = self.memory.cells.get(self.cell) {
            cell.fetch_sub(self.response.capacity(), Ordering::Relaxed);
        }
    }
}

fn add(counter: &AtomicUsize, bytes: usize, most: usize) -> Result<(), NoRoom> {
    let sum = |taken: usize| taken.checked_add(bytes).filter(|sum| *sum <= most);
    counter.fetch_update(Ordering::Relaxed, Ordering::Relaxed, sum).map(drop).map_err(|_| NoRoom::Now)
}

impl Drop for Taken {
    fn drop(&mut self) {
        self.memory.all.fetch_sub(self.bytes, Ordering::Relaxed);
        if let Some(cell) = self.memory.cells.get(self.cell) {
            cell.fetch_sub(self.bytes, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KIB: usize = 1024;

    fn is_empty(memory: &Memory) -> bool {
        let counters = memory.cells.iter().chain([&memory.all]);
        counters.map(|counter| counter.load(Ordering::Relaxed)).all(|taken| taken == 0)
    }

    #[test]
    fn one_principal_cannot_take_what_is_there_for_all() {
        let memory = Arc::new(Memory::new(1000 * KIB, 800 * KIB));
        let mut alice = memory.account(1);
        assert_eq!(alice.take(601 * KIB), Err(NoRoom::Never));
        assert_eq!(alice.take(500 * KIB), Ok(()));
        let mut again = memory.account(1);
        assert_eq!(again.take(101 * KIB), Err(NoRoom::Now));
        assert_eq!(again.take(100 * KIB), Ok(()));
        let mut bob = (2..100).map(|key| memory.account(key)).find(|bob| bob.cell != alice.cell).unwrap();
        assert_eq!(bob.take(151 * KIB), Err(NoRoom::Now));
        assert_eq!(bob.take(150 * KIB), Ok(()));
        drop(alice);
        assert_eq!(bob.take_up_to(200 * KIB), Ok(()));
        assert_eq!(bob.take_up_to(100 * KIB), Ok(()), "it has as much");
        drop((again, bob));
        assert!(is_empty(&memory));
    }

    #[test]
    fn small_messages_have_room_beside_large_ones() {
        let memory = Arc::new(Memory::new(1000 * KIB, 1000 * KIB));
        let mut large = memory.account(1);
        large.take(750 * KIB).unwrap();
        let mut small: Vec<_> = (0..7).map(|_| memory.account(1)).collect();
        assert!(small.iter_mut().all(|small| small.take(SMALL) == Ok(())));
        assert_eq!(memory.account(1).take(SMALL + 1), Err(NoRoom::Now), "that is none");
        assert_eq!(small.first_mut().unwrap().take(1), Err(NoRoom::Now), "nor is one that grows");
        assert_eq!(memory.account(1).take(SMALL), Err(NoRoom::Now), "there is an end to it");
        drop((large, small));
        assert!(is_empty(&memory));
    }

    #[test]
    fn a_response_counts_until_it_was_taken() {
        let memory = Arc::new(Memory::new(1000 * KIB, 400 * KIB));
        let message = memory.account(1);
        let response = message.until_sent(vec![1; 500 * KIB]);
        drop(message);
        assert_eq!(memory.account(1).take(1), Err(NoRoom::Now));
        let mut bob = (2..100).map(|key| memory.account(key)).find(|bob| bob.cell != memory.account(1).cell).unwrap();
        assert_eq!(bob.take(300 * KIB), Ok(()), "nobody else has less");
        let rest = response.slice(499 * KIB..);
        drop(response);
        assert_eq!(memory.account(1).take(1), Err(NoRoom::Now), "a part of it is there");
        drop((rest, bob));
        assert!(is_empty(&memory));
    }
}
