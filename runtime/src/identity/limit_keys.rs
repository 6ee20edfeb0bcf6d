//! By what the calls of a caller are counted.

use crate::policy::Per;

/// Keyed hashes of the identity's parts, made once per credential, so that a rate limit costs no hashing of strings. They are this process's, and
/// never leave it.
#[derive(Clone, Copy)]
pub(crate) struct LimitKeys {
    pub(crate) caller: u64,
    pub(crate) tenant: Option<u64>,
    pub(crate) client: Option<u64>,
}

/// The same names as a shared store knows them, by a key that all processes of a server have.
#[derive(Clone, Copy)]
pub(crate) struct LimitNames {
    pub(super) caller: [u8; 16],
    pub(super) tenant: Option<[u8; 16]>,
    pub(super) client: Option<[u8; 16]>,
}

impl LimitNames {
    /// What calls are counted by; nothing if the caller has no such name.
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
    /// What calls are counted by; nothing if the caller has no such name.
    pub(crate) fn of(self, per: Per) -> Option<u64> {
        match per {
            Per::Caller => Some(self.caller),
            Per::Tenant => self.tenant,
            Per::Client => self.client,
            Per::Tool => Some(0),
        }
    }
}
