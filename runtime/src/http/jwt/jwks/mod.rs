//! A provider's keys (JWKS), which change.

mod document;
mod fetch;
#[cfg(feature = "jwks-http")]
mod https;
mod remote;

use std::{fmt, path::PathBuf, sync::Arc, time::Duration};

pub use fetch::{Fetch, FetchError, Fetched};
pub(super) use remote::Remote;

use self::fetch::{File, Source};
#[cfg(feature = "jwks-http")]
use crate::http::provider::{Provider, ProviderUrlError};

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(60 * 60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// The keys of a provider that publishes them as a JSON Web Key Set ([RFC 7517, section 5]), and rotates them.
///
/// They are fetched when the first token comes, and again when they are due: after the time that the provider states (`Cache-Control: max-age`,
/// at least a minute, at most a day), else after [15 minutes](Self::refresh_every). Soon before that it is done in passing; from then on, requests
/// wait for it. A token that names a key which is not in the set has it fetched as well, once for all that wait, and not within 30
/// seconds of the last time. So a key that was added is known at once, and one that was removed is refused after the time above and one more minute, for
/// which verified tokens are remembered. A token with a known key never waits for a fetch that an unknown key has caused, and the requests that do
/// wait for one are bounded.
///
/// If the provider is down, stalls for more than 5 seconds or answers with something else, the known keys stay valid for [an hour](Self::keep_for)
/// after they were due. Then, and for keys that nobody knows meanwhile, requests are answered with 503.
///
/// Of a set, at most 64 keys are taken, and those left out that cannot be used ([`Key::jwk`](super::Key::jwk) says which); of 256 KiB, nothing is.
/// A set without any usable key is believed: then there is none. Symmetric keys are never taken from a set. Where two keys could be meant by a
/// token (the same `kid`, or none, and the same algorithm), neither is.
///
/// ```
/// use secure_tool::http::{JwtAuthenticator, Jwks};
///
/// let keys = Jwks::file("/etc/mcp/jwks.json");
/// # #[cfg(feature = "jwks-http")]
/// let keys = Jwks::https("https://id.example.com/.well-known/jwks.json")?;
/// let tokens = JwtAuthenticator::builder("https://id.example.com", "https://mcp.example.com/mcp", keys).build()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// [RFC 7517, section 5]: https://www.rfc-editor.org/rfc/rfc7517#section-5
pub struct Jwks {
    source: Box<dyn Source>,
    intervals: Intervals,
}

/// How a set is kept up to date.
#[derive(Clone, Copy, Debug)]
struct Intervals {
    /// Where the provider does not say.
    refresh: Duration,
    /// After the keys were due.
    keep: Duration,
    /// Between one attempt and the next.
    pause: Duration,
    /// For one attempt.
    patience: Duration,
}

impl Jwks {
    /// Keys that are fetched in a way of the application's own.
    pub fn new(fetch: impl Fetch) -> Self {
        let intervals = Intervals {
            refresh: 15 * MINUTE,
            keep: HOUR,
            pause: Duration::from_secs(30),
            patience: Duration::from_secs(5),
        };
        Self { source: Box::new(fetch), intervals }
    }

    /// Keys in a file, which is read again every minute, and, at most once a second, for a token that names a key which is not in it. Replace
    /// the file as a whole, by renaming.
    #[must_use]
    pub fn file(path: impl Into<PathBuf>) -> Self {
        let mut file = Self::new(File(path.into()));
        file.intervals.refresh = MINUTE;
        file.intervals.pause = Duration::from_secs(1);
        file
    }

    /// Keys at an `https` URL. Its certificate is checked against the platform's roots; redirects are not followed; proxies of the environment are not
    /// used.
    ///
    /// # Errors
    ///
    /// If it is no `https` URL, or holds a password; if TLS cannot be set up.
    #[cfg(feature = "jwks-http")]
    pub fn https(url: &str) -> Result<Self, ProviderUrlError> {
        Provider::https(url).map(Self::new)
    }

    /// Keys at a plain `http` URL of this machine, by its address (`127.0.0.1`, `[::1]`), for development and for tests.
    ///
    /// # Errors
    ///
    /// If it is any other URL.
    #[cfg(feature = "jwks-http")]
    pub fn loopback(url: &str) -> Result<Self, ProviderUrlError> {
        Provider::loopback(url).map(Self::new)
    }

    /// How old the keys may grow, where the provider does not say: a minute at least, a day at most. What is beyond is taken as that.
    #[must_use]
    pub fn refresh_every(mut self, interval: Duration) -> Self {
        self.intervals.refresh = interval.clamp(MINUTE, DAY);
        self
    }

    /// How long, after they were due, known keys stay valid while the provider cannot be reached: a day at most.
    #[must_use]
    pub fn keep_for(mut self, time: Duration) -> Self {
        self.intervals.keep = time.min(DAY);
        self
    }

    /// With times that a test can wait for.
    #[cfg(test)]
    pub(super) fn impatient(mut self, pause: Duration, patience: Duration) -> Self {
        (self.intervals.pause, self.intervals.patience) = (pause, patience);
        self
    }

    pub(super) fn open(self) -> Arc<Remote> {
        Arc::new(Remote::new(self.source, self.intervals))
    }
}

impl fmt::Debug for Jwks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Jwks").field("intervals", &self.intervals).finish_non_exhaustive()
    }
}
