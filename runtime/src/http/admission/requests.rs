//! Limits on requests of any kind per address and per caller.

use std::time::{Duration, Instant};

use super::{AddressKey, Quotas};
use crate::rate::{Gcra, RateTable};

/// 512 KiB for each table. When more keys are active at the same time, limits become stricter, never laxer.
const CELLS: usize = 1 << 16;

/// The kinds of keys in the callers' table, in addition to those of [`AddressKey::rate_key`].
const CALLER: usize = 0;
const NOBODY: (usize, u64) = (1, 0);

/// A bucket for every address, and one for every caller.
pub(in crate::http) struct RequestBuckets {
    addresses: RateTable,
    callers: RateTable,
    per_address: Gcra,
    per_caller: Gcra,
}

impl RequestBuckets {
    pub(in crate::http) fn new(quotas: &Quotas) -> Self {
        Self {
            addresses: RateTable::with_cells(CELLS),
            callers: RateTable::with_cells(CELLS),
            per_address: quotas.per_address,
            per_caller: quotas.per_caller,
        }
    }

    /// Counts a request for the address that it comes from.
    ///
    /// # Errors
    ///
    /// How long to wait.
    pub(in crate::http) fn address(&self, address: Option<AddressKey>) -> Result<(), Duration> {
        let Some(address) = address else { return Ok(()) };
        self.addresses.check(address.rate_key(), self.per_address, Instant::now())
    }

    /// Counts a request for its caller, by the same key as its rates.
    ///
    /// # Errors
    ///
    /// How long to wait.
    pub(in crate::http) fn caller(&self, key: u64) -> Result<(), Duration> {
        self.callers.check((CALLER, key), self.per_caller, Instant::now())
    }

    /// Counts a request without a credential for its address; all requests with an unknown address count together.
    ///
    /// # Errors
    ///
    /// How long to wait.
    pub(in crate::http) fn anonymous(&self, address: Option<AddressKey>) -> Result<(), Duration> {
        self.callers.check(address.map_or(NOBODY, AddressKey::rate_key), self.per_caller, Instant::now())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn buckets() -> RequestBuckets {
        let hourly = |burst| Gcra::new(1, Duration::from_secs(3600), burst).unwrap();
        let quotas = Quotas { per_address: hourly(3), per_caller: hourly(2), ..Quotas::default() };
        RequestBuckets::new(&quotas)
    }

    /// How many of ten requests pass.
    fn passed(mut check: impl FnMut() -> Result<(), Duration>) -> usize {
        (0..10).filter(|_| check().is_ok()).count()
    }

    #[test]
    fn each_address_has_its_own_bucket() {
        let buckets = buckets();
        assert_eq!(passed(|| buckets.address(Some(AddressKey::V4(1)))), 3);
        assert_eq!(passed(|| buckets.address(Some(AddressKey::V4(2)))), 3);
        assert_eq!(passed(|| buckets.address(Some(AddressKey::V6Prefix(1)))), 3);
        assert_eq!(passed(|| buckets.address(None)), 10, "nobody is limited by an address that is not known");
        assert!(buckets.address(Some(AddressKey::V4(1))).unwrap_err() > Duration::from_secs(3000));
    }

    #[test]
    fn each_caller_has_its_own_bucket_and_so_has_who_comes_without_a_name() {
        let buckets = buckets();
        assert_eq!(passed(|| buckets.caller(4)), 2);
        assert_eq!(passed(|| buckets.caller(0)), 2);
        assert_eq!(passed(|| buckets.anonymous(Some(AddressKey::V4(4)))), 2);
        assert_eq!(passed(|| buckets.anonymous(Some(AddressKey::V4(0)))), 2);
        assert_eq!(passed(|| buckets.anonymous(None)), 2, "those without an address share one");
        assert_eq!(passed(|| buckets.address(Some(AddressKey::V4(4)))), 3, "an address is counted apart");
    }
}
