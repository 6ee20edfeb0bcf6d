//! The client address of a request.

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use axum::extract::ConnectInfo;
use http::{Extensions, HeaderMap, request::Parts};
use ipnet::IpNet;

use crate::{http::InvalidOption, identity::AddressKey};

/// Each proxy appends the address that it was connected from.
const FORWARDED_FOR: &str = "x-forwarded-for";

/// The address of the peer of a connection. The accept loop attaches it to each request as an extension, which a client cannot forge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::http) struct PeerAddress(pub(in crate::http) IpAddr);

impl PeerAddress {
    /// In the application's own server it is known if that uses `into_make_service_with_connect_info::<SocketAddr>()`.
    fn of(extensions: &Extensions) -> Option<IpAddr> {
        let own = extensions.get().map(|Self(address)| *address);
        own.or_else(|| extensions.get().map(|ConnectInfo::<SocketAddr>(address)| address.ip()))
    }
}

/// The proxies that are trusted to report the addresses of their clients. None by default.
#[derive(Clone, Debug, Default)]
pub(in crate::http) struct TrustedProxies(Arc<[IpNet]>);

impl TrustedProxies {
    /// Addresses, or ranges in CIDR notation.
    pub(in crate::http) fn new<I: IntoIterator>(ranges: I) -> Result<Self, InvalidOption>
    where
        I::Item: AsRef<str>,
    {
        ranges.into_iter().map(|range| parse(range.as_ref())).collect::<Result<_, _>>().map(Self)
    }

    pub(in crate::http) fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|range| range.contains(&address))
    }

    /// The address that a request counts for. `None` if the transport does not provide the address of the peer.
    pub(in crate::http) fn client_address(&self, request: &Parts) -> Option<AddressKey> {
        let peer = PeerAddress::of(&request.extensions)?;
        Some(AddressKey::of(self.client_behind(peer, &request.headers)))
    }

    /// Reads from right to left, because everything to the left of the element that the outermost trusted proxy has appended was sent by its client.
    /// An element that is not an address ends the walk: the request then counts for the last known proxy.
    fn client_behind(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut client = peer;
        // Several fields are one list, in their order (RFC 9110, section 5.3).
        let fields = headers.get_all(FORWARDED_FOR).iter().rev();
        let mut elements = fields.flat_map(|field| field.as_bytes().rsplit(|byte| *byte == b','));
        while self.contains(client)
            && let Some(address) = elements.next().and_then(element)
        {
            client = address;
        }
        client
    }
}

/// An address, optionally with a port, which some proxies append.
fn element(bytes: &[u8]) -> Option<IpAddr> {
    let text = std::str::from_utf8(bytes).ok()?.trim_matches([' ', '\t']);
    text.parse().ok().or_else(|| text.parse().ok().map(|address: SocketAddr| address.ip()))
}

fn parse(text: &str) -> Result<IpNet, InvalidOption> {
    let wrong = |problem| InvalidOption::new(text, problem);
    let address = || text.parse().ok().map(|address: IpAddr| IpNet::from(address));
    let range = text
        .parse()
        .ok()
        .or_else(address)
        .ok_or_else(|| wrong("is not an IP address or a range in CIDR notation, such as `10.0.0.0/8`"))?;
    if range.prefix_len() == 0 {
        return Err(wrong("would trust every client to name any address"));
    }
    if range != range.trunc() {
        return Err(wrong("has bits set beyond its prefix"));
    }
    if matches!(range, IpNet::V6(range) if range.network().to_ipv4_mapped().is_some()) {
        return Err(wrong("is an IPv4 address in IPv6 form: write it as IPv4"));
    }
    Ok(range)
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    fn parts(peer: Option<&str>, forwarded: &[&[u8]]) -> Parts {
        let mut request = Request::new(());
        request.extensions_mut().extend(
            peer.map(|peer| {
                let mut extensions = Extensions::new();
                extensions.insert(PeerAddress(peer.parse().unwrap()));
                extensions
            })
            .unwrap_or_default(),
        );
        for field in forwarded {
            request.headers_mut().append(FORWARDED_FOR, http::HeaderValue::from_bytes(field).unwrap());
        }
        request.into_parts().0
    }

    fn client(proxies: &[&str], peer: &str, forwarded: &[&[u8]]) -> String {
        let proxies = TrustedProxies::new(proxies).unwrap();
        proxies.client_address(&parts(Some(peer), forwarded)).unwrap().to_string()
    }

    #[test]
    fn one_client_is_one_key() {
        let key = |address: &str| AddressKey::of(address.parse().unwrap());
        assert_eq!(key("192.0.2.1"), key("::ffff:192.0.2.1"));
        assert_ne!(key("192.0.2.1"), key("192.0.2.2"));
        assert_eq!(key("2001:db8:0:1::1"), key("2001:db8:0:1:ffff:ffff:ffff:ffff"));
        assert_ne!(key("2001:db8:0:1::1"), key("2001:db8:0:2::1"));
        assert_ne!(key("0.0.0.1").rate_key(), key("0:0:0:1::").rate_key());
        assert_eq!(key("192.0.2.1").to_string(), "192.0.2.1");
        assert_eq!(key("2001:db8:0:1::1").to_string(), "2001:db8:0:1::/64");
    }

    #[test]
    fn a_header_is_believed_only_from_a_trusted_proxy() {
        let forged: &[&[u8]] = &[b"198.51.100.7"];
        assert_eq!(client(&[], "203.0.113.5", forged), "203.0.113.5");
        assert_eq!(client(&["10.0.0.0/8"], "203.0.113.5", forged), "203.0.113.5");
        assert_eq!(client(&["10.0.0.0/8"], "10.1.2.3", forged), "198.51.100.7");
        assert_eq!(client(&["10.0.0.0/8"], "::ffff:10.1.2.3", forged), "198.51.100.7");
        assert_eq!(client(&["10.1.2.3"], "10.1.2.4", forged), "10.1.2.4");
        assert_eq!(client(&["fd00::/8"], "fd00::1", &[b"2001:db8::1"]), "2001:db8::/64");
        assert_eq!(client(&["10.0.0.0/8"], "10.1.2.3", &[]), "10.1.2.3", "the proxy tells nothing");
    }

    #[test]
    fn what_the_client_has_sent_is_left_of_what_proxies_append() {
        let behind = |forwarded: &[&[u8]]| client(&["10.0.0.0/8", "fd00::/8"], "10.0.0.1", forwarded);
        for (forwarded, expected) in [
            (&[&b"1.1.1.1, 198.51.100.7"[..]][..], "198.51.100.7"),
            (&[b"1.1.1.1, 198.51.100.7, 10.0.0.2"], "198.51.100.7"),
            (&[b"10.9.9.9, 198.51.100.7 ,\t10.0.0.2"], "198.51.100.7"),
            (&[b"1.1.1.1", b"198.51.100.7", b"10.0.0.2"], "198.51.100.7"),
            (&[b"198.51.100.7", b"203.0.113.9, 10.0.0.2"], "203.0.113.9"),
            (&[b"10.0.0.3, 10.0.0.2"], "10.0.0.3"),
            (&[b"198.51.100.7:4711"], "198.51.100.7"),
            (&[b"[2001:db8::1]:4711"], "2001:db8::/64"),
            (&[b"2001:db8::1, fd00::1"], "2001:db8::/64"),
            (&[b"::ffff:198.51.100.7"], "198.51.100.7"),
            // Nothing of these is an address, and what is left of it is anybody's.
            (&[b"198.51.100.7, unknown"], "10.0.0.1"),
            (&[b"198.51.100.7, unknown, 10.0.0.2"], "10.0.0.2"),
            (&[b"198.51.100.7,"], "10.0.0.1"),
            (&[b"198.51.100.7, , 10.0.0.2"], "10.0.0.2"),
            (&[b"198.51.100.7", b""], "10.0.0.1"),
            (&[b"198.51.100.7, \xff"], "10.0.0.1"),
            (&[b"198.51.100.7 10.0.0.2"], "10.0.0.1"),
            (&[b"010.1.1.1"], "10.0.0.1"),
            (&[b"198.51.100.7/32"], "10.0.0.1"),
        ] {
            assert_eq!(behind(forwarded), expected, "{forwarded:?}");
        }
    }

    #[test]
    fn an_application_s_own_server_tells_the_address_as_axum_does() {
        let mut parts = parts(None, &[b"198.51.100.7"]);
        let proxies = TrustedProxies::new(["10.0.0.1"]).unwrap();
        assert_eq!(proxies.client_address(&parts), None, "a header alone is nobody's address");
        parts.extensions.insert(ConnectInfo(SocketAddr::from(([10, 0, 0, 1], 80))));
        assert_eq!(proxies.client_address(&parts).unwrap().to_string(), "198.51.100.7");
        parts.extensions.insert(PeerAddress([203, 0, 113, 5].into()));
        assert_eq!(proxies.client_address(&parts).unwrap().to_string(), "203.0.113.5");
    }

    #[test]
    fn ranges_are_what_they_seem() {
        for range in ["10.0.0.0/8", "10.0.0.1", "10.0.0.1/32", "::1", "fd00::/8", "2001:db8::1"] {
            assert!(TrustedProxies::new([range]).is_ok(), "{range}");
        }
        for range in [
            "",
            "10.0.0.0/33",
            "10.0.0.1/8",
            "10.0.0",
            "proxy.example.com",
            "0.0.0.0/0",
            "::/0",
            "fd00::1/8",
            "::ffff:10.0.0.0/104",
            "::ffff:10.0.0.1",
            " 10.0.0.1",
            "10.0.0.1:80",
        ] {
            assert!(TrustedProxies::new([range]).is_err(), "{range}");
        }
    }
}
