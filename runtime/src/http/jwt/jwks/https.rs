//! Key sets over https.

use std::time::Duration;

use http::{HeaderMap, header};

use super::fetch::{Fetch, FetchError, Fetched, LARGEST};
use crate::http::provider::{Provider, ask};

impl Fetch for Provider {
    async fn fetch(&self) -> Result<Fetched, FetchError> {
        let request = self.get().header(header::ACCEPT, "application/jwk-set+json, application/json");
        let (headers, body) = ask(request, LARGEST).await?;
        Ok(Fetched { body, max_age: max_age(&headers) })
    }
}

/// `Cache-Control` (RFC 9111, section 5.2.2): a set that must not be stored is used for the minimum time.
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
}
