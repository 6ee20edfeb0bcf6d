//! API keys as bearer tokens.

use std::{collections::HashMap, fmt, sync::Arc};

use http::request::Parts;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::{AuthError, Authenticator, bearer::bearer};
use crate::Caller;

/// A key of this many characters is one that was made by a machine.
const SHORTEST: usize = 32;
/// A longer header is no API key.
const LONGEST: usize = 512;

/// Long random keys, one per caller, sent as `Authorization: Bearer …` ([RFC 6750]).
///
/// Only the SHA-256 of a key is kept. That is enough for keys with the entropy of 128 random bits or more, which are not to be guessed;
/// it would not be for passwords. Make one with `openssl rand -hex 32`.
///
/// ```
/// use secure_tool::{Caller, http::ApiKeys};
///
/// let key = "6b1f0c93a1c54f3f8a0d3f4d1c7e9b52"; // from your secret store
/// let keys = ApiKeys::new().with_key(key, Caller::new("alice").with_scopes(["invoices:read"])).unwrap();
/// assert!(ApiKeys::new().with_key("changeme", Caller::new("bob")).is_err());
/// ```
///
/// [RFC 6750]: https://www.rfc-editor.org/rfc/rfc6750#section-2.1
#[derive(Clone, Default)]
pub struct ApiKeys {
    /// By the first half of the digest, which says nothing about the key; the rest is compared in constant time.
    callers: HashMap<[u8; 16], (Digest256, Arc<Caller>)>,
}

type Digest256 = [u8; 32];

/// A key that could be guessed, or that two callers share, or a caller without a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WeakKey;

impl fmt::Display for WeakKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an API key needs {SHORTEST} or more random characters, its own caller, and a caller with a subject")
    }
}

impl std::error::Error for WeakKey {}

impl ApiKeys {
    /// No keys yet: everybody is refused.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a key.
    ///
    /// # Errors
    ///
    /// If the key has fewer than 32 or more than 512 characters or others than visible ASCII, is known already, or the caller has no subject.
    pub fn with_key(self, key: &str, caller: Caller) -> Result<Self, WeakKey> {
        let visible = key.bytes().all(|byte| byte.is_ascii_graphic());
        if !visible || !(SHORTEST..=LONGEST).contains(&key.len()) {
            return Err(WeakKey);
        }
        self.with_sha256(Sha256::digest(key.as_bytes()).into(), caller)
    }

    /// Adds a key of which only the SHA-256 is known here.
    ///
    /// # Errors
    ///
    /// If the key is known already or the caller has no subject.
    pub fn with_sha256(mut self, digest: [u8; 32], caller: Caller) -> Result<Self, WeakKey> {
        if caller.subject().is_empty() || self.callers.contains_key(&half(&digest)) {
            return Err(WeakKey);
        }
        self.callers.insert(half(&digest), (digest, Arc::new(caller)));
        Ok(self)
    }

    fn find(&self, key: &str) -> Option<&Arc<Caller>> {
        let digest: Digest256 = Sha256::digest(key.as_bytes()).into();
        let (known, caller) = self.callers.get(&half(&digest))?;
        bool::from(known.ct_eq(&digest)).then_some(caller)
    }
}

fn half(digest: &Digest256) -> [u8; 16] {
    std::array::from_fn(|at| digest.get(at).copied().unwrap_or_default())
}

impl Authenticator for ApiKeys {
    async fn authenticate(&self, request: &Parts) -> Result<Arc<Caller>, AuthError> {
        let key = bearer(&request.headers, LONGEST)?;
        self.find(key).cloned().ok_or(AuthError::Invalid)
    }
}

impl fmt::Debug for ApiKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiKeys").field("keys", &self.callers.len()).finish()
    }
}

#[cfg(test)]
mod tests {
    use http::header::AUTHORIZATION;

    use super::*;

    const KEY: &str = "6b1f0c93a1c54f3f8a0d3f4d1c7e9b52";

    fn authenticate(headers: &[&str]) -> Result<String, AuthError> {
        let keys = ApiKeys::new().with_key(KEY, Caller::new("alice")).unwrap();
        let mut request = http::Request::new(());
        for value in headers {
            request.headers_mut().append(AUTHORIZATION, value.parse().unwrap());
        }
        let (parts, ()) = request.into_parts();
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        match std::pin::pin!(keys.authenticate(&parts)).poll(&mut context) {
            std::task::Poll::Ready(found) => found.map(|caller| caller.subject().to_owned()),
            std::task::Poll::Pending => unreachable!(),
        }
    }

    #[test]
    fn one_right_key_passes_and_nothing_else() {
        assert_eq!(authenticate(&[&format!("Bearer {KEY}")]), Ok("alice".into()));
        assert_eq!(authenticate(&[&format!("bearer {KEY}")]), Ok("alice".into()));
        assert_eq!(authenticate(&[]), Err(AuthError::Missing));
        let wrong = format!("Bearer {}", KEY.replace('6', "7"));
        let right = format!("Bearer {KEY}");
        let (basic, prefix) = (format!("Basic {KEY}"), format!("Bearer {}", KEY.split_at(31).0));
        for headers in [&[&*wrong][..], &[&basic], &[&prefix], &[&right, &right], &["Bearer "], &["Bearer"], &[""]] {
            assert_eq!(authenticate(headers), Err(AuthError::Invalid), "{headers:?}");
        }
    }

    #[test]
    fn weak_keys_and_callers_without_a_name_are_not_taken() {
        let keys = ApiKeys::new().with_key(KEY, Caller::new("alice")).unwrap();
        assert_eq!(keys.clone().with_key(KEY, Caller::new("bob")).unwrap_err(), WeakKey);
        assert!(keys.clone().with_key(KEY.split_at(31).0, Caller::new("bob")).is_err());
        assert!(keys.clone().with_key(&"x".repeat(513), Caller::new("bob")).is_err());
        assert!(keys.clone().with_key(&" ".repeat(40), Caller::new("bob")).is_err());
        assert!(keys.with_sha256([0; 32], Caller::new("")).is_err());
    }
}
