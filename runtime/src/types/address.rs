//! Checks whether an address is on the public internet.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// An IPv4 block: its first address and the length of its prefix.
type Block4 = (Ipv4Addr, u32);
/// An IPv6 block.
type Block6 = (Ipv6Addr, u32);

const fn v4(a: u8, b: u8, c: u8, d: u8, prefix: u32) -> Block4 {
    (Ipv4Addr::new(a, b, c, d), prefix)
}

const fn v6(a: u16, b: u16, c: u16, prefix: u32) -> Block6 {
    (Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0), prefix)
}

/// Every block of the IANA IPv4 Special-Purpose Address Registry (<https://www.iana.org/assignments/iana-ipv4-special-registry>), whether or not it
/// is globally reachable, because none of them is used for web servers; and multicast (RFC 5771).
const SPECIAL_V4: &[Block4] = &[
    v4(0, 0, 0, 0, 8),        // "this network" (RFC 791)
    v4(10, 0, 0, 0, 8),       // private (RFC 1918)
    v4(100, 64, 0, 0, 10),    // shared by carriers (RFC 6598)
    v4(127, 0, 0, 0, 8),      // loopback (RFC 1122)
    v4(169, 254, 0, 0, 16),   // link-local (RFC 3927); the clouds' metadata
    v4(172, 16, 0, 0, 12),    // private (RFC 1918)
    v4(192, 0, 0, 0, 24),     // IETF protocol assignments (RFC 6890)
    v4(192, 0, 2, 0, 24),     // documentation (RFC 5737)
    v4(192, 31, 196, 0, 24),  // AS112 (RFC 7535)
    v4(192, 52, 193, 0, 24),  // AMT (RFC 7450)
    v4(192, 88, 99, 0, 24),   // 6to4 relays (RFC 7526)
    v4(192, 168, 0, 0, 16),   // private (RFC 1918)
    v4(192, 175, 48, 0, 24),  // AS112 (RFC 7534)
    v4(198, 18, 0, 0, 15),    // benchmarking (RFC 2544)
    v4(198, 51, 100, 0, 24),  // documentation (RFC 5737)
    v4(203, 0, 113, 0, 24),   // documentation (RFC 5737)
    v4(224, 0, 0, 0, 4),      // multicast (RFC 5771)
    v4(240, 0, 0, 0, 4),      // reserved (RFC 1112), with the limited broadcast (RFC 8190)
    v4(168, 63, 129, 16, 32), // in no registry: the host of every virtual machine on Azure
];

/// The allocated global unicast space (<https://www.iana.org/assignments/ipv6-address-space>): everything else, from loopback, IPv4-mapped,
/// IPv4-compatible and NAT64 addresses to unique-local, link-local, site-local and multicast ones, is outside of it.
const GLOBAL_UNICAST: Block6 = v6(0x2000, 0, 0, 3);

/// The blocks within it that are in the IANA IPv6 Special-Purpose Address Registry
/// (<https://www.iana.org/assignments/iana-ipv6-special-registry>).
const SPECIAL_V6: &[Block6] = &[
    v6(0x2001, 0, 0, 23), // IETF protocol assignments (RFC 2928): Teredo, benchmarking, ORCHID, AS112, AMT …
    v6(0x2001, 0xdb8, 0, 32), // documentation (RFC 3849)
    v6(0x2002, 0, 0, 16), // 6to4 (RFC 3056), which carries an IPv4 address
    v6(0x2620, 0x4f, 0x8000, 48), // AS112 (RFC 7534)
    v6(0x3fff, 0, 0, 20), // documentation (RFC 9637)
];

/// Whether an address is on the public internet: not in any of the blocks that IANA reserves for a special purpose, even if it is embedded in another
/// address.
///
/// A list cannot cover what a network translates or routes privately (its own NAT64 prefix, its own public addresses).
///
/// ```
/// use secure_tool::types::is_public;
///
/// assert!(is_public("93.184.215.14".parse().unwrap()));
/// assert!(!is_public("169.254.169.254".parse().unwrap()));
/// assert!(!is_public("::ffff:10.0.0.1".parse().unwrap()));
/// ```
#[must_use]
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => !SPECIAL_V4.iter().any(|&(first, prefix)| {
            let ignored = 32 - prefix;
            u32::from(address) >> ignored == u32::from(first) >> ignored
        }),
        IpAddr::V6(address) => {
            let within = |&(first, prefix): &Block6| {
                let ignored = 128 - prefix;
                u128::from(address) >> ignored == u128::from(first) >> ignored
            };
            within(&GLOBAL_UNICAST) && !SPECIAL_V6.iter().any(within) && !is_isatap(address)
        }
    }
}

/// ISATAP (RFC 5214) carries an IPv4 address behind any prefix.
fn is_isatap(address: Ipv6Addr) -> bool {
    let [.., high, low, _, _] = address.segments();
    matches!(high, 0 | 0x0200) && low == 0x5efe
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The registries as IANA prints them, not as the code groups them.
    const REFUSED: &[&str] = &[
        "0.0.0.0/8",
        "0.0.0.0/32",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.0.0/29",
        "192.0.0.8/32",
        "192.0.0.9/32",
        "192.0.0.10/32",
        "192.0.0.170/32",
        "192.0.0.171/32",
        "192.0.2.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
        "255.255.255.255/32",
        "168.63.129.16/32",
        "::1/128",
        "::/128",
        "::/96",
        "::ffff:0:0/96",
        "::ffff:0:0:0/96",
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "100::/64",
        "100:0:0:1::/64",
        "2001::/23",
        "2001::/32",
        "2001:1::1/128",
        "2001:1::2/128",
        "2001:1::3/128",
        "2001:2::/48",
        "2001:3::/32",
        "2001:4:112::/48",
        "2001:10::/28",
        "2001:20::/28",
        "2001:30::/28",
        "2001:db8::/32",
        "2002::/16",
        "2620:4f:8000::/48",
        "3fff::/20",
        "5f00::/16",
        "fc00::/7",
        "fe80::/10",
        "fec0::/10",
        "ff00::/8",
        "4000::/3",
        "6000::/3",
        "8000::/3",
        "a000::/3",
        "c000::/3",
        "e000::/4",
        "f000::/5",
        "f800::/6",
        "200::/7",
        "400::/6",
    ];

    const PUBLIC: &[&str] = &[
        "1.1.1.1",
        "8.8.8.8",
        "9.255.255.255",
        "11.0.0.0",
        "93.184.215.14",
        "100.63.255.255",
        "100.128.0.0",
        "126.255.255.255",
        "128.0.0.0",
        "168.63.129.15",
        "169.253.255.255",
        "169.255.0.0",
        "172.15.255.255",
        "172.32.0.0",
        "192.0.1.0",
        "192.167.255.255",
        "192.169.0.0",
        "198.17.255.255",
        "198.20.0.0",
        "203.0.112.255",
        "203.0.114.0",
        "223.255.255.255",
        "2001:200::1",
        "2001:4860:4860::8888",
        "2606:4700:4700::1111",
        "2a00:1450:4001:80b::200e",
        "2003::1",
        "2620:4f:8001::1",
        "3fff:1000::1",
        "2a02::5efe:a00:1:2:3",
    ];

    fn blocks() -> impl Iterator<Item = (IpAddr, u32)> {
        REFUSED.iter().map(|block| {
            let (first, prefix) = block.split_once('/').unwrap();
            (first.parse().unwrap(), prefix.parse().unwrap())
        })
    }

    /// An address of the block, chosen by the low bits of `pick`.
    fn member((first, prefix): (IpAddr, u32), pick: u128) -> IpAddr {
        match first {
            IpAddr::V4(first) => {
                let hosts = u32::MAX.checked_shr(prefix).unwrap_or(0);
                Ipv4Addr::from(u32::from(first) | (u32::try_from(pick & u128::from(u32::MAX)).unwrap() & hosts)).into()
            }
            IpAddr::V6(first) => {
                let hosts = u128::MAX.checked_shr(prefix).unwrap_or(0);
                Ipv6Addr::from(u128::from(first) | (pick & hosts)).into()
            }
        }
    }

    #[test]
    fn every_block_of_the_registries_is_refused_at_both_ends() {
        for block in blocks() {
            assert!(!is_public(member(block, 0)), "{block:?}");
            assert!(!is_public(member(block, u128::MAX)), "{block:?}");
        }
    }

    #[test]
    fn what_lies_beside_the_blocks_is_public() {
        for address in PUBLIC {
            assert!(is_public(address.parse().unwrap()), "{address}");
        }
    }

    #[test]
    fn an_embedded_address_does_not_pass_for_a_public_one() {
        for address in
            ["2a00:1450::5efe:7f00:1", "2a00:1450::200:5efe:a9fe:a9fe", "2002:7f00:1::", "::127.0.0.1", "::8.8.8.8"]
        {
            assert!(!is_public(address.parse().unwrap()), "{address}");
        }
    }

    proptest! {
        #[test]
        fn every_address_of_every_block_is_refused(block in 0..REFUSED.len(), pick: u128) {
            prop_assert!(!is_public(member(blocks().nth(block).unwrap(), pick)));
        }

        /// The standard library's own classes, where they are stable, are all refused.
        #[test]
        fn no_class_of_std_is_public(v4: u32, v6: u128) {
            let address = Ipv4Addr::from(v4);
            if address.is_private() || address.is_loopback() || address.is_link_local() || address.is_broadcast()
                || address.is_documentation() || address.is_multicast() || address.is_unspecified()
            {
                prop_assert!(!is_public(address.into()));
            }
            prop_assert!(!is_public(address.to_ipv6_mapped().into()));
            prop_assert!(!is_public(address.to_ipv6_compatible().into()));
            let address = Ipv6Addr::from(v6);
            if address.is_unique_local() || address.is_unicast_link_local() || address.is_multicast() {
                prop_assert!(!is_public(address.into()));
            }
        }
    }
}
