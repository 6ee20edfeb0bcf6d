//! A limited number of places that all callers share; one caller cannot take all of them.

use std::{
    collections::{HashMap, hash_map::Entry},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// A number of places, and how many of them one principal may hold at a time. A principal is identified by the [key](super::Principal::key) that its
/// rates have.
///
/// It remembers a principal only while that principal holds a place, so it never grows larger than the number of places.
pub(crate) struct Shares {
    most: usize,
    most_of_one: usize,
    held: Mutex<Held>,
}

#[derive(Default)]
struct Held {
    all: usize,
    of: HashMap<u64, usize>,
}

/// A place, which is freed when this is dropped.
pub(crate) struct Place {
    shares: Arc<Shares>,
    principal: u64,
}

/// Why there is no place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoPlace {
    /// The principal holds its share.
    Share,
    /// All places are taken.
    Full,
}

impl Shares {
    pub(crate) fn new(most: usize, most_of_one: usize) -> Arc<Self> {
        Arc::new(Self { most, most_of_one, held: Mutex::default() })
    }

    /// Takes a place, or fails at once: there is no queue that could grow.
    pub(crate) fn take(self: &Arc<Self>, principal: u64) -> Result<Place, NoPlace> {
        let mut held = self.held();
        let Held { all, of } = &mut *held;
        let is_full = *all >= self.most;
        match of.entry(principal) {
            Entry::Occupied(entry) if *entry.get() >= self.most_of_one => return Err(NoPlace::Share),
            Entry::Occupied(_) | Entry::Vacant(_) if is_full => return Err(NoPlace::Full),
            Entry::Occupied(mut entry) => *entry.get_mut() += 1,
            Entry::Vacant(entry) => {
                entry.insert(1);
            }
        }
        *all += 1;
        drop(held);
        Ok(Place { shares: Arc::clone(self), principal })
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut held = self.shares.held();
        held.all = held.all.saturating_sub(1);
        if let Entry::Occupied(mut entry) = held.of.entry(self.principal) {
            if *entry.get() > 1 {
                *entry.get_mut() -= 1;
            } else {
                entry.remove();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use secure_tool_testkit::joined;

    use super::*;

    fn is_empty(shares: &Shares) -> bool {
        let held = shares.held();
        held.all == 0 && held.of.is_empty()
    }

    #[test]
    fn one_principal_leaves_room_for_another() {
        let shares = Shares::new(4, 2);
        let take = |principal| shares.take(principal);
        let mut places = vec![take(1).unwrap(), take(1).unwrap()];
        assert_eq!(take(1).map(drop), Err(NoPlace::Share));
        places.extend([take(2), take(3)].map(Result::unwrap));
        assert_eq!(take(4).map(drop), Err(NoPlace::Full));
        assert_eq!(take(1).map(drop), Err(NoPlace::Share), "it learns nothing about others");
        assert_eq!(shares.held().of.len(), 3, "nobody is remembered for a refusal");
        places.remove(0);
        places.push(take(1).unwrap());
        drop(places);
        assert!(is_empty(&shares));
    }

    #[test]
    fn a_flood_of_principals_leaves_nothing_behind() {
        let shares = Shares::new(8, 4);
        let held: Vec<_> = (0..100_000).filter_map(|principal| shares.take(principal).ok()).collect();
        assert_eq!((held.len(), shares.held().of.len()), (8, 8));
        drop(held);
        assert!(is_empty(&shares));
    }

    #[test]
    fn places_come_back_from_other_threads_and_from_panics() {
        let shares = Shares::new(64, 32);
        let threads: Vec<_> = (0..4)
            .map(|principal| {
                let shares = Arc::clone(&shares);
                std::thread::spawn(move || {
                    for _ in 0..10_000 {
                        drop(shares.take(principal % 2).unwrap());
                    }
                    let _held = shares.take(principal).unwrap();
                    let panicked = std::panic::catch_unwind(|| {
                        let _held = shares.take(principal).unwrap();
                        std::panic::resume_unwind(Box::new(()));
                    });
                    assert!(panicked.is_err());
                })
            })
            .collect();
        for thread in threads {
            joined("a thread", thread);
        }
        assert!(is_empty(&shares));
    }
}
