//! Operations and marks in memory.

use std::{
    collections::{BTreeSet, HashMap},
    time::{Duration, Instant},
};

use super::{Begun, Earlier, End, Fence, MOST_ANSWER, Operation, Progress, StoreError, StoreKey};

/// How many operations are kept at the same time.
const MOST: usize = 1 << 16;
/// How many of them may have the same [`StoreKey::what`], which names their caller, so that one caller cannot use all of the room.
const MOST_OF_ONE: usize = MOST / 8;
/// The maximum size of all answers together, in bytes.
const MOST_BYTES: usize = 64 << 20;
/// How many of these bytes one caller may use.
const MOST_BYTES_OF_ONE: usize = MOST_BYTES / 8;
/// There is always room for an answer of at most this length, because each operation reserves it, so it can always be stored that an operation
/// happened.
const SHORT: usize = 128;
/// How many marks are kept at the same time.
const MOST_MARKS: usize = 1 << 16;

/// Operations that were begun.
#[derive(Default)]
pub(super) struct Operations {
    kept: HashMap<StoreKey, Kept>,
    /// The same keys, in the order in which they are forgotten.
    ends: BTreeSet<(Instant, StoreKey)>,
    /// The usage of each [`StoreKey::what`].
    shares: HashMap<[u8; 8], Share>,
    bytes: usize,
    fences: u64,
}

#[derive(Clone, Copy, Default)]
struct Share {
    operations: usize,
    bytes: usize,
}

struct Kept {
    fingerprint: [u8; 16],
    fence: Fence,
    lease: Instant,
    end: Instant,
    answer: Option<Box<[u8]>>,
}

impl Operations {
    pub(super) fn begin(&mut self, key: StoreKey, operation: Operation, now: Instant) -> Result<Begun, StoreError> {
        if let Some(earlier) = self.recall(key, now) {
            return Ok(Begun::Before(earlier));
        }
        if self.kept.len() >= MOST || self.share(key).operations >= MOST_OF_ONE {
            return Err(StoreError::full("the store has no room for another operation"));
        }
        let Operation { fingerprint, lease, keep } = operation;
        let (Some(lease), Some(end)) = (now.checked_add(lease), now.checked_add(keep.max(lease))) else {
            return Err(StoreError::new("the duration is too long"));
        };
        self.fences += 1;
        let fence = Fence(self.fences);
        self.kept.insert(key, Kept { fingerprint, fence, lease, end, answer: None });
        self.ends.insert((end, key));
        self.shares.entry(key.what()).or_default().operations += 1;
        Ok(Begun::First(fence))
    }

    pub(super) fn recall(&mut self, key: StoreKey, now: Instant) -> Option<Earlier> {
        self.forget(now);
        let Kept { fingerprint, lease, answer, .. } = self.kept.get(&key)?;
        let progress = match answer {
            Some(answer) => Progress::Done(answer.clone()),
            None if *lease > now => Progress::Running,
            None => Progress::InDoubt,
        };
        Some(Earlier { fingerprint: *fingerprint, progress })
    }

    pub(super) fn finish(&mut self, key: StoreKey, fence: Fence, end: End, now: Instant) -> Result<bool, StoreError> {
        self.forget(now);
        let of_one = self.share(key).bytes;
        let Some(kept) = self.kept.get_mut(&key).filter(|kept| kept.fence == fence && kept.answer.is_none()) else {
            return Ok(false);
        };
        match end {
            End::Done(answer) if answer.len() > MOST_ANSWER => {
                Err(StoreError::new("the answer is too long to be stored"))
            }
            End::Done(answer) => {
                let bytes = counted(&answer);
                if self.bytes + bytes > MOST_BYTES || of_one + bytes > MOST_BYTES_OF_ONE {
                    return Err(StoreError::full("the store has no room for another answer"));
                }
                kept.answer = Some(answer);
                self.bytes += bytes;
                self.shares.entry(key.what()).or_default().bytes += bytes;
                Ok(true)
            }
            End::Undone => {
                self.remove(key);
                Ok(true)
            }
        }
    }

    fn share(&self, key: StoreKey) -> Share {
        self.shares.get(&key.what()).copied().unwrap_or_default()
    }

    fn forget(&mut self, now: Instant) {
        while let Some((_, key)) = self.ends.first().copied().filter(|(end, _)| *end <= now) {
            self.remove(key);
        }
    }

    fn remove(&mut self, key: StoreKey) {
        let Some(Kept { end, answer, .. }) = self.kept.remove(&key) else { return };
        self.ends.remove(&(end, key));
        let bytes = answer.map_or(0, |answer| counted(&answer));
        self.bytes -= bytes;
        if let Some(share) = self.shares.get_mut(&key.what()) {
            share.operations -= 1;
            share.bytes -= bytes;
            if share.operations == 0 {
                self.shares.remove(&key.what());
            }
        }
    }
}

/// The bytes that an answer takes up.
fn counted(answer: &[u8]) -> usize {
    if answer.len() > SHORT { answer.len() } else { 0 }
}

/// Keys that are marked for a time.
#[derive(Default)]
pub(super) struct Marks {
    until: HashMap<StoreKey, Instant>,
    ends: BTreeSet<(Instant, StoreKey)>,
}

impl Marks {
    pub(super) fn mark(&mut self, key: StoreKey, keep: Duration, now: Instant) {
        self.forget(now);
        let Some(end) = now.checked_add(keep) else { return };
        match self.until.get(&key).copied() {
            Some(former) if former >= end => return,
            Some(former) => {
                self.ends.remove(&(former, key));
            }
            None if self.until.len() >= MOST_MARKS => {
                if let Some((_, first)) = self.ends.pop_first() {
                    self.until.remove(&first);
                }
            }
            None => {}
        }
        self.until.insert(key, end);
        self.ends.insert((end, key));
    }

    pub(super) fn is_marked(&mut self, key: StoreKey, now: Instant) -> bool {
        self.forget(now);
        self.until.contains_key(&key)
    }

    fn forget(&mut self, now: Instant) {
        while let Some((end, key)) = self.ends.first().copied().filter(|(end, _)| *end <= now) {
            self.ends.remove(&(end, key));
            self.until.remove(&key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(what: u16, whose: u32) -> StoreKey {
        let (mut of, mut by) = ([0; 8], [0; 16]);
        of[..2].copy_from_slice(&what.to_le_bytes());
        by[..4].copy_from_slice(&whose.to_le_bytes());
        StoreKey::new(of, by)
    }

    const HOUR: Duration = Duration::from_secs(3600);
    const OPERATION: Operation = Operation { fingerprint: [1; 16], lease: HOUR, keep: HOUR };

    #[test]
    fn operations_are_bounded_of_one_and_of_all_and_make_room_when_they_are_forgotten() {
        let (mut operations, now) = (Operations::default(), Instant::now());
        let mut begun = 0;
        for what in 0..12 {
            for whose in 0..10_000 {
                begun += usize::from(operations.begin(key(what, whose), OPERATION, now).is_ok());
            }
            if what == 0 {
                assert_eq!(begun, MOST_OF_ONE);
            }
        }
        assert_eq!(begun, MOST);
        assert!(operations.begin(key(0, 0), OPERATION, now + HOUR).is_ok());
        assert_eq!((operations.kept.len(), operations.ends.len(), operations.shares.len()), (1, 1, 1));
    }

    #[test]
    fn the_bytes_of_answers_are_bounded_and_are_given_back() {
        let (mut operations, now) = (Operations::default(), Instant::now());
        let done = |bytes| End::Done(vec![0; bytes].into());
        let mut kept = 0;
        for what in 0..10 {
            for whose in 0..200 {
                let key = key(what, whose);
                let Ok(Begun::First(fence)) = operations.begin(key, OPERATION, now) else { panic!("begun") };
                if operations.finish(key, fence, done(MOST_ANSWER), now).is_ok() {
                    kept += 1;
                } else {
                    assert_eq!(operations.finish(key, fence, done(SHORT), now).ok(), Some(true), "it happened");
                }
            }
            if what == 0 {
                assert_eq!((kept, operations.bytes), (MOST_BYTES_OF_ONE / MOST_ANSWER, MOST_BYTES_OF_ONE));
            }
        }
        assert_eq!((kept, operations.bytes), (MOST_BYTES / MOST_ANSWER, MOST_BYTES));
        assert!(operations.recall(key(1, 0), now + HOUR).is_none());
        assert_eq!((operations.bytes, operations.shares.len()), (0, 0));
    }

    #[test]
    fn marks_are_bounded_and_the_first_to_end_makes_room() {
        let (mut marks, now) = (Marks::default(), Instant::now());
        for whose in 0..70_000 {
            marks.mark(key(1, whose), HOUR + Duration::from_millis(u64::from(whose)), now);
        }
        assert_eq!((marks.until.len(), marks.ends.len()), (MOST_MARKS, MOST_MARKS));
        assert!(!marks.is_marked(key(1, 0), now) && marks.is_marked(key(1, 69_999), now));
        assert!(!marks.is_marked(key(1, 69_999), now + HOUR * 2));
    }
}
