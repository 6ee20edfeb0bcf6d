//! Who stands at the door.

use std::{hash::BuildHasher, sync::Arc};

use super::{AddressKey, Caller, LimitKeys, LimitNames, hasher};
use crate::store::Naming;

/// Who stands at the door: a caller, or nobody that is known. Only the guard turns this into a [`Caller`].
#[derive(Clone, Debug)]
pub(crate) enum Principal {
    Caller(Arc<Caller>),
    /// No credential was presented, from this address if the transport tells one. Passes `public` tools only.
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

    /// The caller as it is recorded: records may be kept for long, and its [voucher](Caller::voucher) must not be.
    pub(crate) fn recorded(&self) -> Option<Arc<Caller>> {
        self.caller().map(|caller| match caller.voucher {
            None => Arc::clone(caller),
            Some(_) => Arc::new(Caller { voucher: None, ..Caller::clone(caller) }),
        })
    }

    /// Where it came from, if it is nobody that is known.
    pub(crate) fn address(&self) -> Option<AddressKey> {
        match self {
            Self::Anonymous(address) => *address,
            Self::Caller(_) => None,
        }
    }

    /// By what its rates and places are counted: those who come without a credential are told apart by their address, and all whose
    /// address is not known are one.
    pub(crate) fn limit_keys(&self) -> LimitKeys {
        const NOBODY: LimitKeys = LimitKeys { caller: 0, tenant: None, client: None };
        match self {
            Self::Caller(caller) if !caller.subject.is_empty() => caller.limit_keys(),
            Self::Anonymous(Some(address)) => LimitKeys { caller: hasher().hash_one(("address", address)), ..NOBODY },
            Self::Caller(_) | Self::Anonymous(None) => NOBODY,
        }
    }

    /// The same for a shared store.
    pub(crate) fn limit_names(&self, naming: &Naming) -> LimitNames {
        let nobody = |what: &[&[u8]]| LimitNames { caller: naming.name(b"address", what), tenant: None, client: None };
        match self {
            Self::Caller(caller) if !caller.subject.is_empty() => caller.limit_names(naming),
            Self::Anonymous(Some(address)) => nobody(&[address.to_string().as_bytes()]),
            Self::Caller(_) | Self::Anonymous(None) => nobody(&[]),
        }
    }

    /// By what its places are counted.
    pub(crate) fn key(&self) -> u64 {
        self.limit_keys().caller
    }
}
