//! Who sent a request.

use std::{hash::BuildHasher, sync::Arc};

use super::{AddressKey, Caller, LimitKeys, LimitNames, hasher};
use crate::store::Naming;

/// Who sent a request: a caller, or an anonymous client. Only the guard turns this into a [`Caller`].
#[derive(Clone, Debug)]
pub(crate) enum Principal {
    Caller(Arc<Caller>),
    /// No credential was presented; with the address, if the transport knows it. May call `public` tools only.
    #[cfg_attr(not(any(feature = "http", test)), expect(dead_code, reason = "a pipe always has its caller"))]
    Anonymous(Option<AddressKey>),
}

impl Principal {
    pub(crate) fn caller(&self) -> Option<&Arc<Caller>> {
        match self {
            Self::Caller(caller) if !caller.subject.is_empty() => Some(caller),
            Self::Caller(_) | Self::Anonymous(_) => None,
        }
    }

    /// The caller for the audit record, without its [recheck](Caller::recheck), because records may be kept for long and the recheck must not.
    pub(crate) fn recorded(&self) -> Option<Arc<Caller>> {
        self.caller().map(|caller| match caller.recheck {
            None => Arc::clone(caller),
            Some(_) => Arc::new(Caller { recheck: None, ..Caller::clone(caller) }),
        })
    }

    /// The address of an anonymous client.
    pub(crate) fn address(&self) -> Option<AddressKey> {
        match self {
            Self::Anonymous(address) => *address,
            Self::Caller(_) => None,
        }
    }

    /// The key by which its rates and places are counted. Anonymous clients are distinguished by their address; all whose address is unknown count as
    /// one.
    pub(crate) fn limit_keys(&self) -> LimitKeys {
        const NOBODY: LimitKeys = LimitKeys { caller: 0, tenant: None, client: None };
        match self {
            Self::Caller(caller) if !caller.subject.is_empty() => caller.limit_keys(),
            Self::Anonymous(Some(address)) => LimitKeys { caller: hasher().hash_one(("address", address)), ..NOBODY },
            Self::Caller(_) | Self::Anonymous(None) => NOBODY,
        }
    }

    /// The same key for a shared store.
    pub(crate) fn limit_names(&self, naming: &Naming) -> LimitNames {
        let nobody = |what: &[&[u8]]| LimitNames { caller: naming.name(b"address", what), tenant: None, client: None };
        match self {
            Self::Caller(caller) if !caller.subject.is_empty() => caller.limit_names(naming),
            Self::Anonymous(Some(address)) => nobody(&[address.to_string().as_bytes()]),
            Self::Caller(_) | Self::Anonymous(None) => nobody(&[]),
        }
    }

    /// The key by which its places are counted.
    pub(crate) fn key(&self) -> u64 {
        self.limit_keys().caller
    }
}
