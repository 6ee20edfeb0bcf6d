//! API keys as bearer tokens.

mod command;
mod file;
mod held;
mod line;
mod record;
#[cfg(test)]
mod tests;

use std::{
    collections::{HashMap, HashSet},
    fmt,
    sync::{Arc, PoisonError, RwLock},
};

use http::request::Parts;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

pub use command::{KEY_USAGE, KeyCommandError, key_command};
pub use file::KeyFileError;
pub use line::BadKeyLine;
pub use record::{ApiKey, GenerateError};

use self::held::Held;
use super::{AuthError, Authenticator, bearer::bearer};
use crate::{Caller, Secret};

/// A key of this many characters is one that was made by a machine.
const SHORTEST: usize = 32;
/// A longer header is no API key.
const LONGEST: usize = 512;

/// Long random keys, one or more per caller, sent as `Authorization: Bearer …` ([RFC 6750]).
///
/// Only the SHA-256 of a key is kept. That is enough for keys with the entropy of 128 random bits or more, which are not to be guessed;
/// it would not be for passwords. Make one with [`generate`](Self::generate), or with `openssl rand -hex 32`.
///
/// ```
/// use secure_tool::{Caller, http::ApiKeys};
///
/// let key = "6b1f0c93a1c54f3f8a0d3f4d1c7e9b52"; // from your secret store
/// let keys = ApiKeys::new().with_key(key, Caller::new("alice").with_scopes(["invoices:read"])).unwrap();
/// assert!(ApiKeys::new().with_key("changeme", Caller::new("bob")).is_err());
/// ```
///
/// Clones are the same keys: [`add`](Self::add), [`remove`](Self::remove) and [`replace`](Self::replace) work while a server uses them, from
/// the next request on, and calls that run with a key that is removed end at once, as those of a [revoked](crate::Revocations) caller do. To rotate
/// a key without a gap, add the new one, hand it out, and remove the old one when its calls are over; both name the same caller.
///
/// ```
/// # use secure_tool::{Caller, http::ApiKeys};
/// # fn run<S: Send + Sync + 'static>(server: &secure_tool::SecureServer<S>) -> Result<(), Box<dyn std::error::Error>> {
/// let keys = ApiKeys::new();
/// let router = server.router(keys.clone());
/// let (text, key) = ApiKeys::generate(Caller::new("alice"))?;
/// let id = key.id().to_owned();
/// keys.add(key)?;
/// // … and when it has leaked:
/// keys.remove(&id);
/// # Ok(())
/// # }
/// ```
///
/// [RFC 6750]: https://www.rfc-editor.org/rfc/rfc6750#section-2.1
#[derive(Clone, Default)]
pub struct ApiKeys {
    /// By the first half of the digest, which says nothing about the key; the rest is compared in constant time.
    keys: Arc<RwLock<Table>>,
}

type Digest256 = [u8; 32];
type Table = HashMap<[u8; 16], Held>;

/// A key that could be guessed, or that two callers share, or a caller without a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WeakKey;

impl fmt::Display for WeakKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "an API key needs {SHORTEST} or more random characters, an id and a caller of its own, and a caller with a subject"
        )
    }
}

impl std::error::Error for WeakKey {}

impl ApiKeys {
    /// No keys yet: everybody is refused.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes a key of 256 random bits, `stk_`*id*`_`*secret*, and what to keep of it. The text is nowhere else; nor is the key [added](Self::add).
    ///
    /// # Errors
    ///
    /// If the caller has no subject, or the operating system no random numbers.
    pub fn generate(caller: Caller) -> Result<(Secret<String>, ApiKey), GenerateError> {
        ApiKey::generate(caller)
    }

    /// The same with an id that says what the key is for, such as `billing-ci`. [`key_command`] does it on a command line.
    ///
    /// # Errors
    ///
    /// As well if the id is empty, longer than 64 bytes, or has other characters than letters, digits, `-`, `_` and `.`.
    pub fn generate_named(id: &str, caller: Caller) -> Result<(Secret<String>, ApiKey), GenerateError> {
        ApiKey::generate_named(id, caller)
    }

    /// Adds a key that was made in another way. Its id is the beginning of its SHA-256, 16 hexadecimal digits.
    ///
    /// # Errors
    ///
    /// If the key has fewer than 32 or more than 512 characters or others than visible ASCII, is known already, or the caller has no subject.
    pub fn with_key(self, key: &str, caller: Caller) -> Result<Self, WeakKey> {
        let visible = key.bytes().all(|byte| byte.is_ascii_graphic());
        if !visible || !(SHORTEST..=LONGEST).contains(&key.len()) {
            return Err(WeakKey);
        }
        self.add(ApiKey::of_text(key, caller)?)?;
        Ok(self)
    }

    /// Adds a key of which only the SHA-256 is known here.
    ///
    /// # Errors
    ///
    /// If the key is known already or the caller has no subject.
    pub fn with_sha256(self, digest: [u8; 32], caller: Caller) -> Result<Self, WeakKey> {
        self.add(ApiKey::of_digest(digest, caller)?)?;
        Ok(self)
    }

    /// Adds a key.
    ///
    /// # Errors
    ///
    /// If the key, or another with its id, is known already.
    pub fn add(&self, key: ApiKey) -> Result<(), WeakKey> {
        let mut keys = self.keys.write().unwrap_or_else(PoisonError::into_inner);
        if keys.contains_key(&half(key.sha256())) || keys.values().any(|known| known.key.id() == key.id()) {
            return Err(WeakKey);
        }
        keys.insert(half(key.sha256()), Held::new(key));
        Ok(())
    }

    /// Removes the key with this id, and ends the calls that run with it; says whether there was one.
    pub fn remove(&self, id: &str) -> bool {
        let mut keys = self.keys.write().unwrap_or_else(PoisonError::into_inner);
        let removed: Vec<Held> = keys.extract_if(|_, held| held.key.id() == id).map(|(_, held)| held).collect();
        drop(keys);
        removed.iter().for_each(Held::end);
        !removed.is_empty()
    }

    /// Puts these keys in the place of all that were known, at once, as after the configuration was read again. Calls that run with a key that is not
    /// among them, or not for the same caller with the same rights, are ended. Where a key expires at another time, so do the calls that wait with it.
    ///
    /// # Errors
    ///
    /// If two are the same or have the same id. Then nothing is changed.
    pub fn replace(&self, keys: impl IntoIterator<Item = ApiKey>) -> Result<(), WeakKey> {
        let mut table = Table::new();
        let mut ids = HashSet::new();
        for key in keys {
            if !ids.insert(key.id().to_owned()) || table.insert(half(key.sha256()), Held::new(key)).is_some() {
                return Err(WeakKey);
            }
        }
        let mut known = self.keys.write().unwrap_or_else(PoisonError::into_inner);
        for (half, held) in known.drain() {
            match table.get_mut(&half) {
                Some(new) if new.continues(&held) => new.take_over(&held),
                _ => held.end(),
            }
        }
        *known = table;
        Ok(())
    }

    fn find(&self, text: &str) -> Option<Arc<Caller>> {
        let digest: Digest256 = Sha256::digest(text.as_bytes()).into();
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        let held = keys.get(&half(&digest))?;
        let same = bool::from(held.key.sha256().ct_eq(&digest));
        (same && held.is_good()).then(|| Arc::clone(&held.caller))
    }
}

fn half(digest: &Digest256) -> [u8; 16] {
    std::array::from_fn(|at| digest.get(at).copied().unwrap_or_default())
}

impl Authenticator for ApiKeys {
    async fn authenticate(&self, request: &Parts) -> Result<Arc<Caller>, AuthError> {
        let text = bearer(&request.headers, LONGEST)?;
        self.find(text).ok_or(if ApiKey::is_generated(text) { AuthError::Invalid } else { AuthError::Unrecognized })
    }
}

impl fmt::Debug for ApiKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        f.debug_struct("ApiKeys").field("keys", &keys.len()).finish()
    }
}
