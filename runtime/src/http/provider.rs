//! Requests to identity providers: over https, without redirects, and with limits.

use std::{fmt, net::IpAddr};

use http::{HeaderMap, StatusCode};
use reqwest::{Client, RequestBuilder, Url, redirect::Policy};

/// A URL at which a provider cannot be queried safely.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProviderUrlError(&'static str);

impl fmt::Display for ProviderUrlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "invalid URL of an identity provider: {}", self.0)
    }
}

impl std::error::Error for ProviderUrlError {}

/// The endpoint of a provider. Redirects are not followed, and proxies from the environment are not used.
pub(super) struct Provider {
    client: Client,
    url: Url,
}

pub(super) type Failure = Box<dyn std::error::Error + Send + Sync>;

impl Provider {
    pub(super) fn https(url: &str) -> Result<Self, ProviderUrlError> {
        let url = parse(url)?;
        if url.scheme() != "https" {
            return Err(ProviderUrlError("it is not an `https` URL"));
        }
        Self::new(url, true)
    }

    /// Plain `http`, to a loopback IP address. A name could resolve to another machine.
    pub(super) fn loopback(url: &str) -> Result<Self, ProviderUrlError> {
        let url = parse(url)?;
        let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
        let here = host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
        if url.scheme() != "http" || !here {
            return Err(ProviderUrlError("it is not an `http` URL with a loopback IP address"));
        }
        Self::new(url, false)
    }

    fn new(url: Url, https_only: bool) -> Result<Self, ProviderUrlError> {
        let client = Client::builder()
            .https_only(https_only)
            .redirect(Policy::none())
            .no_proxy()
            .referer(false)
            .pool_max_idle_per_host(4)
            .build()
            .map_err(|_| ProviderUrlError("TLS cannot be set up"))?;
        Ok(Self { client, url })
    }

    pub(super) fn get(&self) -> RequestBuilder {
        self.client.get(self.url.clone())
    }

    pub(super) fn post(&self) -> RequestBuilder {
        self.client.post(self.url.clone())
    }
}

fn parse(url: &str) -> Result<Url, ProviderUrlError> {
    let url = Url::parse(url).map_err(|_| ProviderUrlError("it is not a URL"))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(ProviderUrlError("it contains credentials"));
    }
    Ok(url)
}

/// Sends a request, and accepts only a response with status 200 and a body of at most `largest` bytes.
pub(super) async fn ask(request: RequestBuilder, largest: usize) -> Result<(HeaderMap, Vec<u8>), Failure> {
    let mut response = request.send().await.map_err(reqwest::Error::without_url)?;
    if response.status() != StatusCode::OK {
        return Err(format!("the provider returned status {}", response.status().as_u16()).into());
    }
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(reqwest::Error::without_url)? {
        if body.len() + chunk.len() > largest {
            return Err("the provider's answer is too large".into());
        }
        body.extend_from_slice(&chunk);
    }
    Ok((std::mem::take(response.headers_mut()), body))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_https_and_only_this_machine_without_it() {
        for url in ["https://id.example.com/jwks", "https://127.0.0.1:8443/jwks"] {
            assert!(Provider::https(url).is_ok(), "{url}");
            assert!(Provider::loopback(url).is_err(), "{url}");
        }
        for url in ["http://id.example.com/jwks", "http://127.0.0.1/", "ftp://a/", "file:///etc/jwks", "jwks", ""] {
            assert!(Provider::https(url).is_err(), "{url}");
        }
        for url in ["http://127.0.0.1:1/jwks", "http://[::1]:1/jwks", "http://127.1.2.3/"] {
            assert!(Provider::loopback(url).is_ok(), "{url}");
        }
        for url in ["http://id.example.com/", "http://localhost/", "http://10.0.0.1/", "http://127.0.0.1.example.com/"]
        {
            assert!(Provider::loopback(url).is_err(), "{url}");
        }
        assert!(Provider::https("https://user:secret@id.example.com/").is_err());
        assert!(Provider::loopback("http://user@127.0.0.1/").is_err());
    }
}
