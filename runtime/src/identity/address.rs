//! Addresses as keys for limits.

use std::{
    fmt,
    net::{Ipv4Addr, Ipv6Addr},
};

/// An IPv4 address, or the /64 of an IPv6 address, because a client with one of its addresses usually has all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(not(any(feature = "http", test)), expect(dead_code, reason = "a pipe has no address"))]
pub(crate) enum AddressKey {
    V4(u32),
    V6Prefix(u64),
}

impl AddressKey {
    #[cfg(any(feature = "http", test))]
    pub(crate) fn of(address: std::net::IpAddr) -> Self {
        use std::net::IpAddr;

        match address.to_canonical() {
            IpAddr::V4(address) => Self::V4(address.to_bits()),
            IpAddr::V6(address) => Self::V6Prefix((address.to_bits() >> 64) as u64),
        }
    }

    /// The key for a table of rates; the two families do not collide.
    #[cfg(feature = "http")]
    pub(crate) fn rate_key(self) -> (usize, u64) {
        match self {
            Self::V4(address) => (4, address.into()),
            Self::V6Prefix(prefix) => (6, prefix),
        }
    }
}

/// `192.0.2.1` or `2001:db8:0:1::/64`.
impl fmt::Display for AddressKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::V4(address) => Ipv4Addr::from_bits(address).fmt(f),
            Self::V6Prefix(prefix) => write!(f, "{}/64", Ipv6Addr::from_bits(u128::from(prefix) << 64)),
        }
    }
}
