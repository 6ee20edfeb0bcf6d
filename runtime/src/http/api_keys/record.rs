//! The record of one key.

use std::{fmt, time::SystemTime};

use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::{Digest256, WeakKey};
use crate::{Caller, Secret};

/// The prefix of every generated key, by which secret scanners can find leaked keys.
const PREFIX: &str = "stk_";
/// The maximum length of an id in bytes.
const LONGEST_ID: usize = 64;

/// What a server stores about an API key: everything except the key itself.
///
/// Keep it with the configuration: [`id`](Self::id), [`sha256`](Self::sha256), and who the key is for. It is useless to a thief.
///
/// ```
/// use std::time::{Duration, SystemTime};
/// use secure_tool::{Caller, http::{ApiKey, ApiKeys}};
///
/// let keys = ApiKeys::new();
/// // Once, on the operator's machine: the text is shown to whom it is for, and to nobody else.
/// let (text, made) = ApiKeys::generate(Caller::new("alice"))?;
/// println!("{}", text.expose());
/// // On the server, from what was kept.
/// let caller = Caller::new("alice").with_tenant("acme").with_scopes(["invoices:read"]);
/// let month = Duration::from_secs(30 * 24 * 60 * 60);
/// keys.add(ApiKey::from_sha256(made.id(), *made.sha256(), caller)?.expires_at(SystemTime::now() + month))?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct ApiKey {
    id: Box<str>,
    digest: Digest256,
    caller: Caller,
    expires: Option<SystemTime>,
}

impl ApiKey {
    /// A key of which only the SHA-256 is known.
    ///
    /// # Errors
    ///
    /// If the id is empty, longer than 64 bytes, or has other characters than letters, digits, `-`, `_` and `.`; if the caller has no subject.
    pub fn from_sha256(id: impl Into<String>, digest: [u8; 32], caller: Caller) -> Result<Self, WeakKey> {
        let id: Box<str> = id.into().into();
        if !is_id(&id) || caller.subject().is_empty() {
            return Err(WeakKey);
        }
        let caller = caller.with_key_id(id.clone());
        Ok(Self { id, digest, caller, expires: None })
    }

    /// Sets the time from which the key is refused.
    #[must_use]
    pub fn expires_at(mut self, time: SystemTime) -> Self {
        self.expires = Some(time);
        self
    }

    /// The name of the key, which is not secret: `stk_`*id*`_`….
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The SHA-256 of the whole key.
    #[must_use]
    pub fn sha256(&self) -> &[u8; 32] {
        &self.digest
    }

    /// Who the key is for, with the id of the key.
    #[must_use]
    pub fn caller(&self) -> &Caller {
        &self.caller
    }

    /// When the key expires.
    #[must_use]
    pub fn expires(&self) -> Option<SystemTime> {
        self.expires
    }

    pub(super) fn generate(caller: Caller) -> Result<(Secret<String>, Self), GenerateError> {
        let mut id = [0; 8];
        getrandom::fill(&mut id).map_err(|_| GenerateError::Random)?;
        Self::generate_named(&hex(&id), caller)
    }

    pub(super) fn generate_named(id: &str, caller: Caller) -> Result<(Secret<String>, Self), GenerateError> {
        if !is_id(id) {
            return Err(GenerateError::Id);
        }
        let mut secret = Zeroizing::new([0; 32]);
        getrandom::fill(secret.as_mut_slice()).map_err(|_| GenerateError::Random)?;
        let text = format!("{PREFIX}{id}_{}", hex(secret.as_slice()).as_str());
        let record = Self::from_sha256(id, Sha256::digest(text.as_bytes()).into(), caller);
        Ok((Secret::new(text), record.map_err(|WeakKey| GenerateError::Nameless)?))
    }

    /// A key that was generated in another way is named after its digest.
    pub(super) fn of_text(key: &str, caller: Caller) -> Result<Self, WeakKey> {
        Self::of_digest(Sha256::digest(key.as_bytes()).into(), caller)
    }

    pub(super) fn of_digest(digest: Digest256, caller: Caller) -> Result<Self, WeakKey> {
        let (head, _) = digest.split_at(8);
        Self::from_sha256(hex(head).as_str(), digest, caller)
    }

    pub(in crate::http) fn is_generated(key: &str) -> bool {
        key.starts_with(PREFIX)
    }
}

fn is_id(id: &str) -> bool {
    let plain = id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'));
    plain && (1..=LONGEST_ID).contains(&id.len())
}

pub(super) fn hex(bytes: &[u8]) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::with_capacity(2 * bytes.len()));
    for byte in bytes {
        for digit in [byte >> 4, byte & 15] {
            text.push(char::from_digit(digit.into(), 16).unwrap_or('0'));
        }
    }
    text
}

/// Why no key was generated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum GenerateError {
    /// The operating system provided no random numbers.
    Random,
    /// The caller has no subject.
    Nameless,
    /// The id is empty, longer than 64 bytes, or has other characters than letters, digits, `-`, `_` and `.`.
    Id,
}

impl fmt::Display for GenerateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Random => "the operating system provided no random numbers",
            Self::Nameless => "the caller of an API key must have a subject",
            Self::Id => "the id of an API key must consist of 1 to 64 letters, digits, `-`, `_` and `.`",
        })
    }
}

impl std::error::Error for GenerateError {}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiKey")
            .field("id", &self.id)
            .field("caller", &self.caller)
            .field("expires", &self.expires)
            .finish_non_exhaustive()
    }
}
