//! The keys of a provider that rotates them (JWKS).

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
/// They are fetched when the first token arrives, and refreshed when they are due: after the time that the provider states (`Cache-Control: max-age`,
/// at least a minute, at most a day), otherwise after [15 minutes](Self::refresh_every). Shortly before that they are refreshed in the background;
/// from then on, requests wait for the refresh. A token that names a key that is not in the set also causes a refresh, one for all requests that
/// wait, and at most one every 30 seconds. So an added key is known at once, and a removed key is refused after the time above plus one minute, for
/// which verified tokens are cached. A token with a known key never waits for a refresh that an unknown key has caused, and the number of requests
/// that wait for one is bounded.
///
/// If the provider is down, stalls for more than 5 seconds or returns anything but a key set, the known keys stay valid for [an hour](Self::keep_for)
/// after they were due. After that, and for unknown keys in the meantime, requests are answered with 503.
///
/// At most 64 keys of a set are used, and unusable keys are ignored ([`Key::jwk`](super::Key::jwk) describes them); a set of more than 256 KiB is
/// rejected. A set without any usable key is accepted: then there are no keys. Symmetric keys in a set are never used. If a token could match two
/// keys (the same `kid`, or none, and the same algorithm), neither is used.
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

/// The times for refreshing a set.
#[derive(Clone, Copy, Debug)]
struct Intervals {
    /// The refresh interval if the provider does not state one.
    refresh: Duration,
    /// How long keys stay valid after they were due.
    keep: Duration,
    /// The minimum time between two attempts.
    pause: Duration,
    /// The time limit for one attempt.
    patience: Duration,
}

impl Jwks {
    /// Keys that the application fetches itself.
    pub fn new(fetch: impl Fetch) -> Self {
        let intervals = Intervals {
            refresh: 15 * MINUTE,
            keep: HOUR,
            pause: Duration::from_secs(30),
            patience: Duration::from_secs(5),
        };
        Self { source: Box::new(fetch), intervals }
    }

    /// Keys in a file, which is reloaded every minute, and, at most once a second, for a token that names a key that is not in it. Replace the file
    /// atomically, by renaming.
    #[must_use]
    pub fn file(path: impl Into<PathBuf>) -> Self {
        let mut file = Self::new(File(path.into()));
        file.intervals.refresh = MINUTE;
        file.intervals.pause = Duration::from_secs(1);
        file
    }

    /// Keys at an `https` URL. Its certificate is verified against the platform's roots; redirects are not followed; proxies from the environment are
    /// not used.
    ///
    /// # Errors
    ///
    /// If it is not an `https` URL, or contains credentials; if TLS cannot be set up.
    #[cfg(feature = "jwks-http")]
    pub fn https(url: &str) -> Result<Self, ProviderUrlError> {
        Provider::https(url).map(Self::new)
    }

    /// Keys at a plain `http` URL with a loopback address (`127.0.0.1`, `[::1]`), for development and tests.
    ///
    /// # Errors
    ///
    /// If it is any other URL.
    #[cfg(feature = "jwks-http")]
    pub fn loopback(url: &str) -> Result<Self, ProviderUrlError> {
        Provider::loopback(url).map(Self::new)
    }

    /// How old the keys may become if the provider does not state a time: at least one minute, at most one day. Values outside of that range are
    /// clamped.
    #[must_use]
    pub fn refresh_every(mut self, interval: Duration) -> Self {
        self.intervals.refresh = interval.clamp(MINUTE, DAY);
        self
    }

    /// How long known keys stay valid after they were due while the provider cannot be reached: at most one day.
    #[must_use]
    pub fn keep_for(mut self, time: Duration) -> Self {
        self.intervals.keep = time.min(DAY);
        self
    }

    /// With short times for tests.
    #[cfg(test)]
    pub(super) fn with_timing(mut self, pause: Duration, patience: Duration) -> Self {
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
