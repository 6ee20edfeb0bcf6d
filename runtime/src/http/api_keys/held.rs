//! An API key that is in use.

use std::{sync::Arc, time::SystemTime};

use super::ApiKey;
use crate::{Caller, identity::Lease};

/// An accepted key, and the lease that its callers hold.
pub(super) struct Held {
    pub(super) key: ApiKey,
    /// Valid for as long as the key is in the set; the record itself may be added again later, with a new lease.
    pub(super) caller: Arc<Caller>,
}

impl Held {
    pub(super) fn new(key: ApiKey) -> Self {
        let caller = key.caller().clone().with_lease(Lease::new(key.expires()));
        Self { key, caller: Arc::new(caller) }
    }

    pub(super) fn is_good(&self) -> bool {
        self.key.expires().is_none_or(|end| SystemTime::now() < end)
    }

    /// Takes over the lease of an earlier entry for the same key, so that its callers continue; the lease ends when this key expires.
    pub(super) fn take_over(&mut self, earlier: &Self) {
        let caller = self.key.caller().clone().with_lease_of(&earlier.caller);
        caller.set_lease_expiry(self.key.expires());
        self.caller = Arc::new(caller);
    }

    /// Whether both entries are the same key for the same caller with the same rights. The expiry may differ.
    pub(super) fn continues(&self, earlier: &Self) -> bool {
        self.key.id() == earlier.key.id()
            && self.key.sha256() == earlier.key.sha256()
            && self.key.caller().is_same(earlier.key.caller())
    }

    /// Ends the calls that run with it.
    pub(super) fn end(&self) {
        self.caller.end_lease();
    }
}
