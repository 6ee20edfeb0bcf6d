//! How much memory messages may take while they are handled: in all, and of one principal.

use std::{
    hash::{BuildHasher, RandomState},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

/// Principals that share a counter share its limit, which only ever makes it stricter.
const CELLS: usize = 4096;

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
    pub(super) fn account(self: &Arc<Self>, principal: u64) -> Taken {
        let cell = usize::try_from(self.hasher.hash_one(principal) % (CELLS as u64)).unwrap_or_default();
        Taken { memory: Arc::clone(self), cell, bytes: 0 }
    }
}

impl Taken {
    /// Takes so much more, or nothing.
    pub(super) fn take(&mut self, bytes: usize) -> Result<(), NoRoom> {
        let Memory { all, cells, most, most_of_one, .. } = &*self.memory;
        if self.bytes.saturating_add(bytes) > *most_of_one {
            return Err(NoRoom::Never);
        }
        let Some(cell) = cells.get(self.cell) else { return Err(NoRoom::Now) };
        add(cell, bytes, *most_of_one)?;
        add(all, bytes, *most).inspect_err(|_| {
            cell.fetch_sub(bytes, Ordering::Relaxed);
        })?;
        self.bytes += bytes;
        Ok(())
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

    #[test]
    fn one_principal_cannot_take_what_is_there_for_all() {
        let memory = Arc::new(Memory::new(100, 60));
        let mut alice = memory.account(1);
        assert_eq!(alice.take(61), Err(NoRoom::Never));
        assert_eq!(alice.take(50), Ok(()));
        let mut again = memory.account(1);
        assert_eq!(again.take(11), Err(NoRoom::Now));
        assert_eq!(again.take(10), Ok(()));
        let mut bob = (2..1000).map(|key| memory.account(key)).find(|bob| bob.cell != alice.cell).unwrap();
        assert_eq!(bob.take(41), Err(NoRoom::Now));
        assert_eq!(bob.take(40), Ok(()));
        drop(alice);
        assert_eq!(bob.take(20), Ok(()));
        drop((again, bob));
        assert_eq!(memory.all.load(Ordering::Relaxed), 0);
        assert!(memory.cells.iter().all(|cell| cell.load(Ordering::Relaxed) == 0));
    }
}
