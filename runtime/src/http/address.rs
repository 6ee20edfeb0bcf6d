//! Web addresses in the configuration: of the server itself, of its authorization servers, and of pages that may call it.

use std::{fmt, net::Ipv4Addr};

use http::Uri;

/// An invalid option of [`HttpOptions`](super::HttpOptions).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidOption(String);

impl InvalidOption {
    pub(super) fn new(value: &str, problem: impl fmt::Display) -> Self {
        Self(format!("`{value}` {problem}"))
    }
}

impl fmt::Display for InvalidOption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for InvalidOption {}

/// An `https` address with a host in lower case, or an `http` address of this machine; without credentials, query or fragment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Address {
    text: String,
    origin: usize,
}

impl Address {
    /// # Errors
    ///
    /// What is wrong with it.
    pub(super) fn parse(text: &str) -> Result<Self, InvalidOption> {
        let wrong = |problem| Err(InvalidOption::new(text, problem));
        if text.contains(['?', '#', '@']) {
            return wrong("must not have a query, a fragment or credentials");
        }
        // Characters that are valid neither in RFC 3986 nor in a quoted string.
        if !text.bytes().all(|byte| byte.is_ascii_graphic() && !br#""<>\^`{|}"#.contains(&byte)) {
            return wrong("has characters that must be percent-encoded in an address");
        }
        let (Ok(uri), Some(rest)) = (Uri::try_from(text), text.split_once("://").map(|(_, rest)| rest)) else {
            return wrong("is not a valid web address, such as `https://mcp.example.com/mcp`");
        };
        let Some(host) = uri.host().filter(|host| !host.is_empty()) else {
            return wrong("has no host");
        };
        if uri.authority().is_some_and(|authority| authority.as_str().ends_with(':')) {
            return wrong("has a colon after the host but no port");
        }
        let origin = text.len() - rest.len() + rest.find('/').unwrap_or(rest.len());
        if text.bytes().take(origin).any(|byte| byte.is_ascii_uppercase()) {
            return wrong("is not in canonical form: write the scheme and the host in lower case");
        }
        match uri.scheme_str() {
            Some("https") => {}
            Some("http") if is_this_machine(host) => {}
            _ => return wrong("must be `https`, or `http` on this machine"),
        }
        Ok(Self { text: text.to_owned(), origin })
    }

    pub(super) fn as_str(&self) -> &str {
        &self.text
    }

    pub(super) fn origin(&self) -> &str {
        self.text.get(..self.origin).unwrap_or_default()
    }

    pub(super) fn path(&self) -> &str {
        self.text.get(self.origin..).unwrap_or_default()
    }
}

fn is_this_machine(host: &str) -> bool {
    host == "localhost" || host == "[::1]" || host.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_secure_and_canonical() {
        for (text, origin, path) in [
            ("https://mcp.example.com", "https://mcp.example.com", ""),
            ("https://mcp.example.com/", "https://mcp.example.com", "/"),
            ("https://mcp.example.com:8443/a/mcp", "https://mcp.example.com:8443", "/a/mcp"),
            ("http://127.0.0.1:8787/mcp", "http://127.0.0.1:8787", "/mcp"),
            ("http://localhost/mcp", "http://localhost", "/mcp"),
            ("http://[::1]:1/mcp", "http://[::1]:1", "/mcp"),
        ] {
            let address = Address::parse(text).unwrap();
            assert_eq!((address.as_str(), address.origin(), address.path()), (text, origin, path));
        }
        for text in [
            "",
            "/mcp",
            "mcp.example.com",
            "mcp.example.com/mcp",
            "https://",
            "https:///mcp",
            "http://mcp.example.com",
            "http://localhost.example.com",
            "http://128.0.0.1",
            "ftp://localhost",
            "https://user:pw@mcp.example.com",
            "https://mcp.example.com/mcp?x=1",
            "https://mcp.example.com/mcp#x",
            "https://MCP.example.com/mcp",
            "HTTPS://mcp.example.com/mcp",
            "https://mcp.example.com:/mcp",
            "https://mcp.example.com/\"",
            "https://mcp.example.com/\\",
            "https://mcp.example.com/é",
            "https://mcp example.com/",
            "https://mcp.example.com/\nx",
        ] {
            assert!(Address::parse(text).is_err(), "{text:?}");
        }
    }
}
