//! Slows down attempts to guess credentials.

use std::time::{Duration, Instant};

use http::HeaderMap;

use super::{
    AddressKey, Quotas,
    known::{CredentialHash, KnownCredentials},
};
use crate::rate::{Charge, Gcra, RateTable};

/// 512 KiB for addresses with failed logins. When more addresses have some at the same time, limits become stricter, never laxer.
const ADDRESSES: usize = 1 << 16;
/// 128 KiB for credentials that were valid recently.
const CREDENTIALS: usize = 1 << 14;

/// A bucket of failed logins for every address.
///
/// An attempt is charged before the authenticator is asked and refunded if it did not fail, so that concurrent guesses count too. From an address
/// whose bucket is empty, only credentials that were valid when they last came from there are still checked, so honest clients that share an address
/// with an attacker keep working.
pub(in crate::http) struct LoginThrottle {
    failures: RateTable,
    quota: Gcra,
    known: KnownCredentials,
}

/// A credential that the authenticator may check. The result must be reported; an attempt that is dropped instead stays charged.
#[must_use = "an attempt that is not settled counts as a failed login"]
pub(in crate::http) struct Attempt<'t>(Option<Pending<'t>>);

struct Pending<'t> {
    throttle: &'t LoginThrottle,
    key: (usize, u64),
    credential: Option<CredentialHash>,
    /// `None` for a credential that was valid recently.
    charge: Option<Charge>,
}

impl LoginThrottle {
    pub(in crate::http) fn new(quotas: &Quotas) -> Self {
        Self {
            failures: RateTable::with_cells(ADDRESSES),
            quota: quotas.failed_logins,
            known: KnownCredentials::with_cells(CREDENTIALS),
        }
    }

    /// Called before the authenticator. Without an address nothing is limited.
    ///
    /// Requests without `Authorization` have a separate bucket: their failures come from authenticators that read something else, and an attacker who
    /// guesses bearer tokens must not prevent new clients of the same address from getting the 401 that tells them where to get a token.
    ///
    /// # Errors
    ///
    /// How long to wait.
    pub(in crate::http) fn admit(
        &self,
        address: Option<AddressKey>,
        headers: &HeaderMap,
    ) -> Result<Attempt<'_>, Duration> {
        let Some(address) = address else { return Ok(Attempt(None)) };
        let credential = self.known.hash(address, headers);
        let (family, bits) = address.rate_key();
        let key = (family << 1 | usize::from(credential.is_some()), bits);
        let is_known = credential.is_some_and(|credential| self.known.contains(credential));
        let charge = if is_known { None } else { Some(self.failures.charge(key, self.quota, Instant::now())?) };
        Ok(Attempt(Some(Pending { throttle: self, key, credential, charge })))
    }
}

impl Attempt<'_> {
    /// The credential is valid.
    pub(in crate::http) fn accepted(self) {
        if let Some(Pending { throttle, credential, charge: Some(charge), .. }) = self.0 {
            throttle.failures.refund(charge, Instant::now());
            if let Some(credential) = credential {
                throttle.known.insert(credential);
            }
        }
    }

    /// The credential is wrong.
    pub(in crate::http) fn rejected(self) {
        // All others were charged before.
        if let Some(Pending { throttle, key, credential: Some(credential), charge: None }) = self.0 {
            throttle.known.remove(credential);
            // It was admitted without a charge, so an empty bucket does not matter.
            let _ = throttle.failures.charge(key, throttle.quota, Instant::now());
        }
    }

    /// There is no credential, or it could not be checked.
    pub(in crate::http) fn undecided(self) {
        if let Some(Pending { throttle, charge: Some(charge), .. }) = self.0 {
            throttle.failures.refund(charge, Instant::now());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    };

    use http::header::AUTHORIZATION;
    use secure_tool_testkit::joined;

    use super::*;

    const HERE: Option<AddressKey> = Some(AddressKey::V4(1));
    const ELSEWHERE: Option<AddressKey> = Some(AddressKey::V4(2));

    /// Nothing comes back while a test runs.
    fn throttle(burst: u32) -> LoginThrottle {
        let failed_logins = Gcra::new(1, Duration::from_secs(3600), burst).unwrap();
        LoginThrottle::new(&Quotas { failed_logins, ..Quotas::default() })
    }

    fn bearer(token: impl std::fmt::Display) -> HeaderMap {
        HeaderMap::from_iter([(AUTHORIZATION, format!("Bearer {token}").parse().unwrap())])
    }

    fn guess(throttle: &LoginThrottle, address: Option<AddressKey>, token: impl std::fmt::Display) -> bool {
        throttle.admit(address, &bearer(token)).map(Attempt::rejected).is_ok()
    }

    fn works(throttle: &LoginThrottle, address: Option<AddressKey>, token: &str) -> bool {
        throttle.admit(address, &bearer(token)).map(Attempt::accepted).is_ok()
    }

    #[test]
    fn an_address_that_guesses_is_slowed_and_others_are_not() {
        let throttle = throttle(5);
        assert!(works(&throttle, HERE, "alice"));
        assert_eq!((0..100).filter(|n| guess(&throttle, HERE, n)).count(), 5);
        let wait = throttle.admit(HERE, &bearer("guess")).err().unwrap();
        assert!(wait > Duration::from_secs(3000), "{wait:?}");
        // Who was known there stays known, and another address is another bucket.
        for _ in 0..100 {
            assert!(works(&throttle, HERE, "alice"));
            assert!(works(&throttle, ELSEWHERE, "bob"));
        }
        assert!(!works(&throttle, HERE, "bob"), "a good credential that nobody has sent from there");
        assert!(throttle.admit(HERE, &HeaderMap::new()).map(Attempt::undecided).is_ok(), "a first request");
    }

    #[test]
    fn a_throttled_address_does_not_learn_whether_a_credential_is_valid() {
        let throttle = throttle(5);
        assert!(works(&throttle, ELSEWHERE, "alice"));
        for n in 0..5 {
            assert!(guess(&throttle, HERE, n));
        }
        assert!(throttle.admit(HERE, &bearer("alice")).is_err(), "the right guess is refused as every other one");
    }

    #[test]
    fn only_failures_count() {
        let throttle = throttle(2);
        for n in 0..1000 {
            assert!(works(&throttle, HERE, &format!("token-{n}")));
            throttle.admit(HERE, &bearer("unchecked")).unwrap().undecided();
            throttle.admit(HERE, &HeaderMap::new()).unwrap().undecided();
            throttle.admit(HERE, &HeaderMap::new()).unwrap().accepted();
        }
        assert!(guess(&throttle, HERE, "a") && guess(&throttle, HERE, "b") && !guess(&throttle, HERE, "c"));
    }

    #[test]
    fn a_credential_that_has_become_bad_is_known_no_more_and_counts() {
        let throttle = throttle(3);
        assert!(works(&throttle, HERE, "alice"));
        assert_eq!(
            (0..10).filter(|_| guess(&throttle, HERE, "alice")).count(),
            3,
            "the first was known, and is charged"
        );
    }

    #[test]
    fn an_attempt_that_is_dropped_counts() {
        let throttle = throttle(3);
        for _ in 0..3 {
            drop(throttle.admit(HERE, &bearer("guess")).unwrap());
        }
        assert!(throttle.admit(HERE, &bearer("guess")).is_err());
    }

    #[test]
    fn what_is_no_authorization_header_can_be_guessed_as_slowly() {
        let throttle = throttle(3);
        let guess = || throttle.admit(HERE, &HeaderMap::new()).map(Attempt::rejected).is_ok();
        assert_eq!((0..10).filter(|_| guess()).count(), 3);
        assert!(works(&throttle, HERE, "alice"));
    }

    #[test]
    fn without_an_address_nothing_is_limited() {
        let throttle = throttle(1);
        assert_eq!((0..100).filter(|n| guess(&throttle, None, n)).count(), 100);
    }

    #[test]
    fn guesses_in_parallel_count_before_they_are_checked() {
        let throttle = Arc::new(throttle(5));
        let checked = Arc::new(AtomicUsize::new(0));
        let threads: Vec<_> = (0..4)
            .map(|thread| {
                let (throttle, checked) = (Arc::clone(&throttle), Arc::clone(&checked));
                std::thread::spawn(move || {
                    let attempts: Vec<_> =
                        (0..25).filter_map(|n| throttle.admit(HERE, &bearer(format!("{thread}-{n}"))).ok()).collect();
                    checked.fetch_add(attempts.len(), Ordering::Relaxed);
                    attempts.into_iter().for_each(Attempt::rejected);
                })
            })
            .collect();
        for thread in threads {
            joined("the guesses", thread);
        }
        assert_eq!(checked.load(Ordering::Relaxed), 5);
    }
}
