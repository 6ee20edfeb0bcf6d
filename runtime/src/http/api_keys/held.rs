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
        let mut caller = key.caller().clone().with_lease(Lease::default());
        if let Some(end) = key.expires() {
            let end = caller.expires_at().map_or(end, |own| own.min(end));
            caller = caller.with_expiry(end);
        }
        Self { key, caller: Arc::new(caller) }
    }

    pub(super) fn is_good(&self) -> bool {
        self.key.expires().is_none_or(|end| SystemTime::now() < end)
    }

    /// Goes on with what the callers of an earlier one hold, which is not ended: until now it was the same, and it is from here on, for longer maybe.
    pub(super) fn take_over(&mut self, earlier: &Self) {
        self.caller = Arc::new(Caller::clone(&self.caller).with_lease_of(&earlier.caller));
    }

    /// Whether it is what that one was: the same key, for the same caller with the same rights, that does not expire sooner.
    pub(super) fn continues(&self, earlier: &Self) -> bool {
        self.key.id() == earlier.key.id()
            && self.key.sha256() == earlier.key.sha256()
            && self.key.caller().is_same(earlier.key.caller())
            && match (self.caller.expires_at(), earlier.caller.expires_at()) {
                (None, _) => true,
                (Some(_), None) => false,
                (Some(end), Some(earlier)) => end >= earlier,
            }
    }

    /// Ends the calls that run with it.
    pub(super) fn end(&self) {
        self.caller.end_lease();
    }
}
