//! Revocations and switches as sealed facts.

use std::time::{Duration, SystemTime};

use chacha20poly1305::{
    Key, KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use hmac::{Hmac, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use super::{Fact, StoreError, StoreKey};
use crate::{KeyRing, identity::RevokedKind, keys::DerivedKey};

const SEAL: &str = "secure-tool/facts/1";
const NAMES: &str = "secure-tool/facts/name/1";
const NONCE: usize = 24;
/// The first part of the key of every fact that is no change, but a message of a client on its way to the process that waits for it.
pub(super) const ROUTED: [u8; 8] = *b"routed\0\0";
/// How long a process may be away and still hear that something was reinstated before its revocation ended.
const REINSTATED: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// Something that all processes should know. The last one about the same thing holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Change {
    Revoked(Revoked, SystemTime),
    Reinstated(Revoked),
    Halted(bool),
    /// Whether the tools that write are off.
    ReadOnly(bool),
    Disabled(String, bool),
}

/// What is revoked.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Revoked {
    pub(crate) kind: RevokedKind,
    pub(crate) tenant: Option<String>,
    pub(crate) name: String,
}

impl Revoked {
    pub(crate) fn new(kind: RevokedKind, tenant: Option<&str>, name: &str) -> Self {
        Self { kind, tenant: tenant.map(str::to_owned), name: name.to_owned() }
    }
}

/// What a change is about.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub(crate) enum About {
    Revoked(Revoked),
    Halted,
    ReadOnly,
    Disabled(String),
}

impl Change {
    pub(crate) fn about(&self) -> About {
        match self {
            Self::Revoked(revoked, _) | Self::Reinstated(revoked) => About::Revoked(revoked.clone()),
            Self::Halted(_) => About::Halted,
            Self::ReadOnly(_) => About::ReadOnly,
            Self::Disabled(tool, _) => About::Disabled(tool.clone()),
        }
    }

    /// How long it has to be kept; for good without an end.
    fn keep(&self) -> Option<Duration> {
        match self {
            Self::Revoked(_, until) => Some(until.duration_since(SystemTime::now()).unwrap_or_default()),
            Self::Reinstated(_) => Some(REINSTATED),
            Self::Halted(_) | Self::ReadOnly(_) | Self::Disabled(..) => None,
        }
    }
}

/// Seals changes and opens them, of every process that has the same [`KeyRing`].
pub(crate) struct Sealing {
    /// The current one first. It seals; the others only open.
    ciphers: Vec<XChaCha20Poly1305>,
    names: DerivedKey,
}

impl Sealing {
    /// Nothing without a secret, which no key ring is.
    pub(crate) fn new(keys: &KeyRing) -> Option<Self> {
        let ciphers = keys.derive(SEAL).iter().map(|key| XChaCha20Poly1305::new(&Key::from(**key))).collect();
        Some(Self { ciphers, names: keys.derive(NAMES).into_iter().next()? })
    }

    /// The fact that tells a change; nothing if the change is over.
    pub(crate) fn seal(&self, change: &Change) -> Result<Option<Fact>, StoreError> {
        let keep = change.keep();
        if keep == Some(Duration::ZERO) {
            return Ok(None);
        }
        let key = self.key(&change.about())?;
        self.encrypt(key, &serde_json::to_vec(change)?, keep).map(Some)
    }

    /// A fact that says this to whoever has the secret.
    pub(super) fn encrypt(&self, key: StoreKey, plain: &[u8], keep: Option<Duration>) -> Result<Fact, StoreError> {
        let mut nonce = [0; NONCE];
        getrandom::fill(&mut nonce).map_err(|error| StoreError::new(error.to_string()))?;
        let payload = Payload { msg: plain, aad: &aad(key) };
        let cipher = self.ciphers.first().ok_or_else(|| StoreError::new("there is no secret to seal with"))?;
        let sealed = cipher.encrypt(&XNonce::from(nonce), payload).map_err(|_| StoreError::new("not sealed"))?;
        Ok(Fact { key, value: [&nonce[..], &sealed].concat().into(), keep })
    }

    /// The change that a fact tells.
    ///
    /// # Errors
    ///
    /// If none of the secrets has sealed it for this key: what it says holds or not, nobody knows.
    pub(crate) fn open(&self, fact: &Fact) -> Result<Change, StoreError> {
        Ok(serde_json::from_slice(&self.decrypt(fact)?)?)
    }

    /// What a fact says.
    pub(super) fn decrypt(&self, Fact { key, value, .. }: &Fact) -> Result<Vec<u8>, StoreError> {
        let unknown = || StoreError::new("a fact that no secret of the key ring has sealed");
        let (nonce, sealed) = value.split_first_chunk::<NONCE>().ok_or_else(unknown)?;
        let aad = aad(*key);
        let open =
            |cipher: &XChaCha20Poly1305| cipher.decrypt(&XNonce::from(*nonce), Payload { msg: sealed, aad: &aad }).ok();
        self.ciphers.iter().find_map(open).ok_or_else(unknown)
    }

    /// The key of what a change is about: the same for all changes of it by one secret.
    fn key(&self, about: &About) -> Result<StoreKey, StoreError> {
        let mut mac = <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(&self.names[..])?;
        mac.update(&serde_json::to_vec(about)?);
        let digest: [u8; 32] = mac.finalize().into_bytes().into();
        let [whose @ .., _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _] = digest;
        Ok(StoreKey::new(*b"fact\0\0\0\0", whose))
    }
}

fn aad(key: StoreKey) -> [u8; 24] {
    let mut aad = [0; 24];
    aad.iter_mut().zip(key.what.iter().chain(&key.whose)).for_each(|(byte, of_key)| *byte = *of_key);
    aad
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(first: u8) -> Vec<u8> {
        (first..first + 32).collect()
    }

    fn sealing(current: u8, previous: Option<u8>) -> Sealing {
        let ring = KeyRing::new(&secret(current)).unwrap();
        Sealing::new(&previous.map_or(ring.clone(), |previous| ring.with_previous(&secret(previous)).unwrap())).unwrap()
    }

    fn alice() -> Revoked {
        Revoked::new(RevokedKind::Subject, Some("acme"), "alice")
    }

    #[test]
    fn a_fact_says_nothing_without_the_secret_and_cannot_be_moved() {
        let (here, there) = (sealing(0, None), sealing(0, None));
        let later = SystemTime::now() + Duration::from_secs(60);
        for change in [
            Change::Revoked(alice(), later),
            Change::Reinstated(alice()),
            Change::Halted(true),
            Change::ReadOnly(false),
            Change::Disabled("delete_invoice".into(), true),
        ] {
            let fact = here.seal(&change).unwrap().unwrap();
            assert_eq!(there.open(&fact).unwrap(), change);
            for word in ["alice", "acme", "delete"] {
                assert!(!fact.value.windows(word.len()).any(|part| part == word.as_bytes()), "{word}");
            }
            assert!(sealing(100, None).open(&fact).is_err());
            let moved = Fact { key: StoreKey::new(*b"fact\0\0\0\0", [7; 16]), ..fact.clone() };
            assert!(there.open(&moved).is_err());
            for at in [0, NONCE, fact.value.len() - 1] {
                let mut changed = fact.clone();
                changed.value[at] ^= 1;
                assert!(there.open(&changed).is_err(), "{at}");
            }
            assert!(there.open(&Fact { value: Box::default(), ..fact }).is_err());
        }
    }

    #[test]
    fn changes_of_one_thing_have_one_key_and_the_secret_can_change() {
        let (old, new) = (sealing(0, None), sealing(100, Some(0)));
        let later = SystemTime::now() + Duration::from_secs(60);
        let key = |change: &Change| old.seal(change).unwrap().unwrap().key;
        assert_eq!(key(&Change::Revoked(alice(), later)), key(&Change::Reinstated(alice())));
        let other = Revoked { tenant: None, ..alice() };
        assert_ne!(key(&Change::Reinstated(alice())), key(&Change::Reinstated(other)));
        let fact = old.seal(&Change::Reinstated(alice())).unwrap().unwrap();
        assert_eq!(new.open(&fact).unwrap(), Change::Reinstated(alice()));
        assert!(old.open(&new.seal(&Change::Halted(true)).unwrap().unwrap()).is_err());
        assert_eq!(old.seal(&Change::Revoked(alice(), SystemTime::UNIX_EPOCH)).unwrap(), None, "it is over");
    }
}
