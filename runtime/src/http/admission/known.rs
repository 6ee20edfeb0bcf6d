//! Credentials that were valid recently, in a table of fixed size.

use std::{
    hash::{BuildHasher, Hash, Hasher, RandomState},
    num::NonZeroU64,
    sync::atomic::{AtomicU64, Ordering},
};

use http::{HeaderMap, header::AUTHORIZATION};

use super::AddressKey;

const WAYS: usize = 8;

/// A keyed hash of a credential and the address that sent it. It cannot be turned back into either.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct CredentialHash(NonZeroU64);

/// Hashes of credentials that were valid when they were last used.
///
/// A credential is known only for the address that it came from. Otherwise anyone could test guesses against this table without limit.
pub(super) struct KnownCredentials {
    sets: Box<[[AtomicU64; WAYS]]>,
    mask: usize,
    hasher: RandomState,
}

impl KnownCredentials {
    pub(super) fn with_cells(cells: usize) -> Self {
        let sets = cells.div_ceil(WAYS).max(1).next_power_of_two();
        Self {
            sets: (0..sets).map(|_| std::array::from_fn(|_| AtomicU64::new(0))).collect(),
            mask: sets - 1,
            hasher: RandomState::new(),
        }
    }

    /// The credential of a request; `None` without `Authorization`.
    pub(super) fn hash(&self, address: AddressKey, headers: &HeaderMap) -> Option<CredentialHash> {
        if !headers.contains_key(AUTHORIZATION) {
            return None;
        }
        let mut hasher = self.hasher.build_hasher();
        address.hash(&mut hasher);
        headers.get_all(AUTHORIZATION).iter().for_each(|value| value.as_bytes().hash(&mut hasher));
        Some(CredentialHash(NonZeroU64::new(hasher.finish()).unwrap_or(NonZeroU64::MIN)))
    }

    fn set(&self, CredentialHash(hash): CredentialHash) -> &[AtomicU64] {
        #[expect(clippy::cast_possible_truncation, reason = "the mask takes the low bits anyway")]
        let index = hash.get() as usize & self.mask;
        self.sets.get(index).map_or(&[], |set| set)
    }

    pub(super) fn contains(&self, credential: CredentialHash) -> bool {
        self.set(credential).iter().any(|cell| cell.load(Ordering::Relaxed) == credential.0.get())
    }

    /// If there is no room, it replaces another one, which the keyed hash determines.
    pub(super) fn insert(&self, credential: CredentialHash) {
        let hash = credential.0.get();
        let set = self.set(credential);
        let free = set.iter().any(|cell| {
            let took = cell.compare_exchange(0, hash, Ordering::Relaxed, Ordering::Relaxed);
            took.is_ok() || took == Err(hash)
        });
        if let Some(cell) = set.get((hash >> 61) as usize).filter(|_| !free) {
            cell.store(hash, Ordering::Relaxed);
        }
    }

    pub(super) fn remove(&self, credential: CredentialHash) {
        for cell in self.set(credential) {
            let _ = cell.compare_exchange(credential.0.get(), 0, Ordering::Relaxed, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(values: &[&str]) -> HeaderMap {
        values.iter().map(|value| (AUTHORIZATION, value.parse().unwrap())).collect()
    }

    #[test]
    fn a_credential_is_known_as_a_whole_and_from_its_address() {
        let known = KnownCredentials::with_cells(64);
        let hash = |address, values: &[&str]| known.hash(AddressKey::V4(address), &headers(values));
        let alice = hash(1, &["Bearer alice"]).unwrap();
        assert!(!known.contains(alice));
        known.insert(alice);
        assert!(known.contains(hash(1, &["Bearer alice"]).unwrap()));
        for other in [hash(2, &["Bearer alice"]), hash(1, &["Bearer bob"]), hash(1, &["Bearer alice", ""])] {
            assert!(!known.contains(other.unwrap()));
        }
        assert_ne!(hash(1, &["ab", "c"]), hash(1, &["a", "bc"]));
        assert_eq!(hash(1, &[]), None);
        known.remove(alice);
        assert!(!known.contains(alice));
    }

    #[test]
    fn a_full_table_forgets_some_and_does_not_grow() {
        let known = KnownCredentials::with_cells(1);
        let hash = |n: u32| known.hash(AddressKey::V4(n), &headers(&["Bearer alice"])).unwrap();
        for n in 0..1000 {
            known.insert(hash(n));
            known.insert(hash(n));
            assert!(known.contains(hash(n)));
        }
        assert_eq!((0..1000).filter(|n| known.contains(hash(*n))).count(), WAYS);
    }
}
