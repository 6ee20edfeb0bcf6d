//! Used answers, so that none can be used twice: a bounded number, of which one caller cannot take all.

use std::{
    collections::{HashMap, HashSet, VecDeque, hash_map::Entry},
    time::{Duration, Instant},
};

use super::seal::Invalid;

pub(super) const NONCE: usize = 16;
pub(crate) type Nonce = [u8; NONCE];

/// How many answers are remembered at the same time. Each takes about 100 bytes, for as long as it could be used.
const MOST: usize = 1 << 16;
/// How many of them may belong to one caller.
const MOST_OF_ONE: usize = MOST / 8;

/// The used nonces that are still valid.
#[derive(Default)]
pub(super) struct Used {
    nonces: HashSet<Nonce>,
    /// In the order in which they end, which is the order of arrival, because all are valid for the same time.
    order: VecDeque<(Instant, Nonce, u64)>,
    /// The number of nonces for each caller.
    of: HashMap<u64, usize>,
}

impl Used {
    /// Uses a nonce for this caller; of two concurrent uses, one succeeds.
    pub(super) fn redeem(&mut self, nonce: Nonce, caller: u64, now: Instant, valid: Duration) -> Result<(), Invalid> {
        self.forget(now);
        if self.nonces.contains(&nonce) {
            return Err(Invalid::Replayed);
        }
        let of_one = self.of.get(&caller).copied().unwrap_or_default();
        if self.order.len() >= MOST || of_one >= MOST_OF_ONE {
            return Err(Invalid::Crowded);
        }
        self.nonces.insert(nonce);
        self.order.push_back((now + valid, nonce, caller));
        self.of.insert(caller, of_one + 1);
        Ok(())
    }

    /// Makes a nonce valid again. Its place stays taken until its end.
    pub(super) fn release(&mut self, nonce: &Nonce) {
        self.nonces.remove(nonce);
    }

    fn forget(&mut self, now: Instant) {
        while self.order.front().is_some_and(|(until, ..)| *until <= now)
            && let Some((_, nonce, caller)) = self.order.pop_front()
        {
            self.nonces.remove(&nonce);
            if let Entry::Occupied(mut of_one) = self.of.entry(caller) {
                if *of_one.get() > 1 {
                    *of_one.get_mut() -= 1;
                } else {
                    of_one.remove();
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VALID: Duration = Duration::from_secs(240);

    fn nonce(number: usize) -> Nonce {
        let mut nonce = Nonce::default();
        nonce[..8].copy_from_slice(&number.to_le_bytes());
        nonce
    }

    #[test]
    fn one_caller_leaves_room_for_another() {
        let (mut used, now) = (Used::default(), Instant::now());
        for number in 0..MOST_OF_ONE {
            assert_eq!(used.redeem(nonce(number), 1, now, VALID), Ok(()));
        }
        assert_eq!(used.redeem(nonce(MOST_OF_ONE), 1, now, VALID), Err(Invalid::Crowded));
        assert_eq!(used.redeem(nonce(MOST_OF_ONE), 2, now, VALID), Ok(()), "it was not used up by the refusal");
        assert_eq!(used.redeem(nonce(0), 2, now, VALID), Err(Invalid::Replayed));
        let later = now + VALID;
        assert_eq!(used.redeem(nonce(MOST_OF_ONE + 1), 1, later, VALID), Ok(()), "the others have ended");
        assert_eq!((used.nonces.len(), used.order.len(), used.of.len()), (1, 1, 1));
    }

    #[test]
    fn what_was_used_is_remembered_within_bounds() {
        let (mut used, now) = (Used::default(), Instant::now());
        for number in 0..MOST {
            assert_eq!(used.redeem(nonce(number), number as u64 % 100, now, VALID), Ok(()));
        }
        assert_eq!(used.redeem(nonce(MOST), 100, now, VALID), Err(Invalid::Crowded));
        let later = now + VALID;
        assert_eq!(used.redeem(nonce(MOST), 100, later, VALID), Ok(()));
        assert_eq!(used.redeem(nonce(MOST), 100, later, VALID), Err(Invalid::Replayed));
    }
}
