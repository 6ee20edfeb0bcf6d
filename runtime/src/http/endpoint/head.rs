//! The head of a request: is it for this server, and may the page that it comes from send it. Nothing here depends on who sends it.

use http::{HeaderMap, Version, header, request::Parts};

/// Whose requests are let in, from the options and ready to be compared.
pub(super) struct HeadRules {
    hosts: Vec<Host>,
    origins: Vec<Origin>,
}

#[derive(Debug, PartialEq, Eq)]
struct Host {
    name: String,
    /// Any, if there is none.
    port: Option<u16>,
}

#[derive(Debug, PartialEq, Eq)]
struct Origin {
    scheme: String,
    host: String,
    port: Port,
}

#[derive(Debug, PartialEq, Eq)]
enum Port {
    Any,
    Exact(u16),
}

/// What is wrong with a head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BadHead {
    /// 400: no head of a request to this server could look like this.
    Malformed,
    /// 403: it is for another host.
    Host,
    /// 403: it is from a page that may not send it.
    Origin,
}

impl HeadRules {
    /// Hosts and origins that cannot be read match nothing.
    pub(super) fn new(hosts: &[String], origins: impl Iterator<Item = String>) -> Self {
        Self {
            hosts: hosts.iter().filter_map(|host| Host::allowed(host)).collect(),
            origins: origins.filter_map(|origin| Origin::allowed(&origin)).collect(),
        }
    }

    pub(super) fn check(&self, parts: &Parts) -> Result<(), BadHead> {
        let host = sent_host(parts).ok_or(BadHead::Malformed)?;
        if !self.hosts.iter().any(|allowed| allowed.allows(host)) {
            return Err(BadHead::Host);
        }
        match sole(&parts.headers, &header::ORIGIN)? {
            None => Ok(()),
            Some(origin) => {
                let origin = origin.to_str().ok().and_then(sent_origin).ok_or(BadHead::Origin)?;
                if self.origins.iter().any(|allowed| allowed.allows(origin)) { Ok(()) } else { Err(BadHead::Origin) }
            }
        }
    }
}

/// The only header of this name: one more would be read by somebody in between, and another by us.
fn sole<'h>(headers: &'h HeaderMap, name: &header::HeaderName) -> Result<Option<&'h http::HeaderValue>, BadHead> {
    let mut values = headers.get_all(name).iter();
    let value = values.next();
    if values.next().is_some() { Err(BadHead::Malformed) } else { Ok(value) }
}

/// The host that a request is for. Over HTTP/1 it is in the one `Host` header, and the target is a path: a proxy's form of a request would name the host a
/// second time.
fn sent_host(parts: &Parts) -> Option<Sent<'_>> {
    let header = sole(&parts.headers, &header::HOST).ok()?;
    let named = match (parts.uri.authority(), parts.version < Version::HTTP_2) {
        (Some(_), true) => return None,
        (Some(authority), false) => Some(authority.as_str()),
        (None, _) => None,
    };
    let header = header.map(|value| value.to_str()).transpose().ok()?;
    let text = match (header, named) {
        (Some(header), Some(named)) if header != named => return None,
        (Some(text), _) | (None, Some(text)) => text,
        (None, None) => return None,
    };
    sent(text)
}

/// A host as it was sent, and its port.
type Sent<'t> = (&'t str, Option<u16>);

/// A host and perhaps a port (RFC 3986, section 3.2): a name, an IPv4 address, or an IPv6 address in brackets; no user.
fn sent(text: &str) -> Option<Sent<'_>> {
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
    let is_address = |byte: u8| byte.is_ascii_hexdigit() || b":.".contains(&byte);
    let (host, port) = if let Some(rest) = text.strip_prefix('[') {
        rest.split_once(']').filter(|(host, _)| host.bytes().all(is_address))?
    } else {
        let (host, port) = text.split_at(text.find(':').unwrap_or(text.len()));
        (Some(host).filter(|host| host.bytes().all(is_name))?, port)
    };
    let port = match port.strip_prefix(':') {
        Some(port) if port.bytes().all(|byte| byte.is_ascii_digit()) => Some(port.parse().ok()?),
        None if port.is_empty() => None,
        Some(_) | None => return None,
    };
    (!host.is_empty()).then_some((host, port))
}

impl Host {
    /// An IPv6 address may be written without brackets here.
    fn allowed(text: &str) -> Option<Self> {
        let text = text.trim();
        let is_bare_ipv6 = text.parse::<std::net::Ipv6Addr>().is_ok();
        let (name, port) = if is_bare_ipv6 { (text, None) } else { sent(text)? };
        Some(Self { name: name.to_owned(), port })
    }

    fn allows(&self, (name, port): Sent<'_>) -> bool {
        self.name.eq_ignore_ascii_case(name) && self.port.is_none_or(|own| port == Some(own))
    }
}

/// An origin as a browser sends it: scheme, host, and the port unless the scheme implies it. `null` is the origin of nobody.
fn sent_origin(text: &str) -> Option<(&str, &str, u16)> {
    let (scheme, rest) = text.split_once("://")?;
    let (host, port) = sent(rest)?;
    let implied = || match scheme {
        _ if scheme.eq_ignore_ascii_case("https") => Some(443),
        _ if scheme.eq_ignore_ascii_case("http") => Some(80),
        _ => None,
    };
    Some((scheme, host, port.or_else(implied)?))
}

impl Origin {
    fn allowed(text: &str) -> Option<Self> {
        let text = text.trim();
        let of = |scheme: &str, host: &str, port| Self { scheme: scheme.to_owned(), host: host.to_owned(), port };
        if let Some(base) = text.strip_suffix(":*") {
            let (scheme, rest) = base.split_once("://")?;
            let (host, _) = sent(rest).filter(|(_, port)| port.is_none())?;
            return Some(of(scheme, host, Port::Any));
        }
        let (scheme, host, port) = sent_origin(text)?;
        Some(of(scheme, host, Port::Exact(port)))
    }

    fn allows(&self, (scheme, host, port): (&str, &str, u16)) -> bool {
        self.scheme.eq_ignore_ascii_case(scheme)
            && self.host.eq_ignore_ascii_case(host)
            && match self.port {
                Port::Any => true,
                Port::Exact(exact) => exact == port,
            }
    }
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    fn rules() -> HeadRules {
        let hosts = ["localhost", "127.0.0.1", "::1", "mcp.example.com:8443"].map(str::to_owned);
        let origins = ["http://localhost:*", "https://app.example.com", "https://dev.example.com:8443", "nonsense"];
        HeadRules::new(&hosts, origins.into_iter().map(str::to_owned))
    }

    fn check(target: &str, headers: &[(&str, &str)]) -> Result<(), BadHead> {
        let mut request = Request::post(target);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        rules().check(&request.body(()).unwrap().into_parts().0)
    }

    #[test]
    fn one_host_that_is_ours_lets_a_request_in() {
        for host in ["localhost", "LOCALHOST:8080", "127.0.0.1:1", "[::1]", "[::1]:99", "mcp.example.com:8443"] {
            assert_eq!(check("/mcp", &[("host", host)]), Ok(()), "{host}");
        }
        for host in ["evil.com", "localhost.evil.com", "mcp.example.com", "mcp.example.com:443", "127.0.0.2", "[::2]"] {
            assert_eq!(check("/mcp", &[("host", host)]), Err(BadHead::Host), "{host}");
        }
        for host in
            ["evil.com@localhost", "user:pw@localhost", "", "localhost:", ":80", "localhost, localhost", "local host"]
        {
            assert_eq!(check("/mcp", &[("host", host)]), Err(BadHead::Malformed), "{host}");
        }
    }

    #[test]
    fn an_empty_list_of_hosts_refuses_every_request() {
        for hosts in [vec![], vec![String::new()], vec![" ".to_owned()]] {
            let rules = HeadRules::new(&hosts, std::iter::empty());
            for host in ["localhost", "no-host.invalid", "evil.com"] {
                let parts = Request::post("/mcp").header("host", host).body(()).unwrap().into_parts().0;
                assert_eq!(rules.check(&parts), Err(BadHead::Host), "{hosts:?} {host}");
            }
        }
    }

    #[test]
    fn a_second_host_or_origin_or_a_target_with_a_host_is_malformed() {
        let localhost = ("host", "localhost");
        assert_eq!(check("/mcp", &[]), Err(BadHead::Malformed));
        assert_eq!(check("/mcp", &[localhost, ("host", "evil.com")]), Err(BadHead::Malformed));
        assert_eq!(check("/mcp", &[localhost, localhost]), Err(BadHead::Malformed));
        assert_eq!(check("http://localhost/mcp", &[localhost]), Err(BadHead::Malformed));
        assert_eq!(check("http://evil.com/mcp", &[localhost]), Err(BadHead::Malformed));
        let origin = ("origin", "http://localhost:3000");
        assert_eq!(check("/mcp", &[localhost, origin]), Ok(()));
        assert_eq!(check("/mcp", &[localhost, origin, origin]), Err(BadHead::Malformed));
    }

    #[test]
    fn pages_of_other_origins_are_kept_out() {
        for (origin, allows) in [
            ("http://localhost", true),
            ("http://localhost:5173", true),
            ("https://localhost", false),
            ("https://app.example.com", true),
            ("https://app.example.com:443", true),
            ("https://app.example.com:8443", false),
            ("http://app.example.com", false),
            ("https://dev.example.com:8443", true),
            ("https://dev.example.com", false),
            ("https://app.example.com.evil.com", false),
            ("https://app.example.com@evil.com", false),
            ("null", false),
            ("", false),
            ("nonsense", false),
        ] {
            let expected = if allows { Ok(()) } else { Err(BadHead::Origin) };
            assert_eq!(check("/mcp", &[("host", "localhost"), ("origin", origin)]), expected, "{origin}");
        }
    }

    #[test]
    fn over_http_2_the_target_names_the_host() {
        let request = |host: Option<&str>| {
            let mut request = Request::post("https://localhost/mcp").version(Version::HTTP_2);
            if let Some(host) = host {
                request = request.header("host", host);
            }
            rules().check(&request.body(()).unwrap().into_parts().0)
        };
        assert_eq!(request(None), Ok(()));
        assert_eq!(request(Some("localhost")), Ok(()));
        assert_eq!(request(Some("evil.com")), Err(BadHead::Malformed));
    }
}
