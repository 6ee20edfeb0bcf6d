//! A set of keys over https.

use std::{fmt, net::IpAddr, time::Duration};

use http::{HeaderMap, StatusCode, header};
use reqwest::{Client, Url, redirect::Policy};

use super::fetch::{Fetch, FetchError, Fetched, LARGEST};

/// A URL from which no keys can be fetched safely.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JwksUrlError(&'static str);

impl fmt::Display for JwksUrlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "keys cannot be fetched from there: {}", self.0)
    }
}

impl std::error::Error for JwksUrlError {}

pub(super) struct Web {
    client: Client,
    url: Url,
}

impl Web {
    pub(super) fn https(url: &str) -> Result<Self, JwksUrlError> {
        let url = parse(url)?;
        if url.scheme() != "https" {
            return Err(JwksUrlError("it is no `https` URL"));
        }
        Self::new(url, true)
    }

    pub(super) fn loopback(url: &str) -> Result<Self, JwksUrlError> {
        let url = parse(url)?;
        let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
        let here = host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
        if url.scheme() != "http" || !here {
            return Err(JwksUrlError("it is no `http` URL with the address of this machine"));
        }
        Self::new(url, false)
    }

    fn new(url: Url, https_only: bool) -> Result<Self, JwksUrlError> {
        let client = Client::builder()
            .https_only(https_only)
            .redirect(Policy::none())
            .no_proxy()
            .referer(false)
            .pool_max_idle_per_host(0)
            .build()
            .map_err(|_| JwksUrlError("TLS cannot be set up"))?;
        Ok(Self { client, url })
    }
}

fn parse(url: &str) -> Result<Url, JwksUrlError> {
    let url = Url::parse(url).map_err(|_| JwksUrlError("it is no URL"))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(JwksUrlError("it holds a password"));
    }
    Ok(url)
}

impl Fetch for Web {
    async fn fetch(&self) -> Result<Fetched, FetchError> {
        let request =
            self.client.get(self.url.clone()).header(header::ACCEPT, "application/jwk-set+json, application/json");
        let mut response = request.send().await.map_err(reqwest::Error::without_url)?;
        if response.status() != StatusCode::OK {
            return Err(format!("the provider answers {}", response.status().as_u16()).into());
        }
        let max_age = max_age(response.headers());
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(reqwest::Error::without_url)? {
            if body.len() + chunk.len() > LARGEST {
                return Err("the set is too large".into());
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Fetched { body, max_age })
    }
}

/// `Cache-Control` (RFC 9111, section 5.2.2): what may not be stored is used for no longer than it must be.
fn max_age(headers: &HeaderMap) -> Option<Duration> {
    let values = headers.get_all(header::CACHE_CONTROL).into_iter().filter_map(|value| value.to_str().ok());
    let directives = values.flat_map(|value| value.split(',')).map(|directive| directive.trim().to_ascii_lowercase());
    let ages = directives.filter_map(|directive| match directive.as_str() {
        "no-store" | "no-cache" => Some(Duration::ZERO),
        other => other.strip_prefix("max-age=")?.trim_matches('"').parse().ok().map(Duration::from_secs),
    });
    ages.min()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shortest_stated_age_counts() {
        let age = |values: &[&str]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(header::CACHE_CONTROL, value.parse().unwrap());
            }
            max_age(&headers).map(|age| age.as_secs())
        };
        assert_eq!(age(&[]), None);
        assert_eq!(age(&["public, max-age=300"]), Some(300));
        assert_eq!(age(&["Max-Age=\"300\"", "max-age=200"]), Some(200));
        assert_eq!(age(&["max-age=300, no-cache"]), Some(0));
        for nonsense in ["max-age", "max-age=", "max-age=-1", "max-age=x", "s-maxage=5", "\u{fc}"] {
            assert_eq!(age(&[nonsense]), None, "{nonsense}");
        }
    }

    #[test]
    fn only_https_and_only_this_machine_without_it() {
        for url in ["https://id.example.com/jwks", "https://127.0.0.1:8443/jwks"] {
            assert!(Web::https(url).is_ok(), "{url}");
            assert!(Web::loopback(url).is_err(), "{url}");
        }
        for url in ["http://id.example.com/jwks", "http://127.0.0.1/", "ftp://a/", "file:///etc/jwks", "jwks", ""] {
            assert!(Web::https(url).is_err(), "{url}");
        }
        for url in ["http://127.0.0.1:1/jwks", "http://[::1]:1/jwks", "http://127.1.2.3/"] {
            assert!(Web::loopback(url).is_ok(), "{url}");
        }
        for url in ["http://id.example.com/", "http://localhost/", "http://10.0.0.1/", "http://127.0.0.1.example.com/"]
        {
            assert!(Web::loopback(url).is_err(), "{url}");
        }
        assert!(Web::https("https://user:secret@id.example.com/").is_err());
        assert!(Web::loopback("http://user@127.0.0.1/").is_err());
    }
}
