//! A key that is in use.

use std::{sync::Arc, time::SystemTime};

use super::ApiKey;
use crate::{Caller, identity::Lease};

/// A key among those that open the door, and what its callers hold by it.
pub(super) struct Held {
    pub(super) key: ApiKey,
    /// Good for as long as the key is among them: the lease is not the record's, which may be added once more.
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

    /// Goes on with what the callers of an earlier one hold: until now it was the same. It ends when this one does.
    pub(super) fn take_over(&mut self, earlier: &Self) {
        let caller = self.key.caller().clone().with_lease_of(&earlier.caller);
        caller.set_lease_expiry(self.key.expires());
        self.caller = Arc::new(caller);
    }

    /// Whether it is what that one was: the same key, for the same caller with the same rights. When it expires may differ.
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
