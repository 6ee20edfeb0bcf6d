//! The keys by which the calls of a caller are counted.

use crate::policy::Per;

/// Keyed hashes of the parts of an identity, computed once per credential, so that a rate limit does not have to hash strings. They never leave this
/// process.
#[derive(Clone, Copy)]
pub(crate) struct LimitKeys {
    pub(crate) caller: u64,
    pub(crate) tenant: Option<u64>,
    pub(crate) client: Option<u64>,
}

/// The same keys for a shared store, computed with a secret that all processes of a server share.
#[derive(Clone, Copy)]
pub(crate) struct LimitNames {
    pub(super) caller: [u8; 16],
    pub(super) tenant: Option<[u8; 16]>,
    pub(super) client: Option<[u8; 16]>,
}

impl LimitNames {
    /// The key by which calls are counted; `None` if the caller has no such name.
    pub(crate) fn of(&self, per: Per) -> Option<[u8; 16]> {
        match per {
            Per::Caller => Some(self.caller),
            Per::Tenant => self.tenant,
            Per::Client => self.client,
            Per::Tool => Some([0; 16]),
        }
    }
}

impl LimitKeys {
    /// The key by which calls are counted; `None` if the caller has no such name.
    pub(crate) fn of(self, per: Per) -> Option<u64> {
        match per {
            Per::Caller => Some(self.caller),
            Per::Tenant => self.tenant,
            Per::Client => self.client,
            Per::Tool => Some(0),
        }
    }
}
