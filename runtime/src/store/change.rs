//! Revocations and switches as sealed facts.

use std::time::{Duration, SystemTime};

use hmac::{Hmac, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use super::{Fact, StoreError, StoreKey, seal::Ciphers};
use crate::{HaltScope, KeyRing, identity::RevokedKind, keys::DerivedKey};

const SEAL: &str = "secure-tool/facts/1";
const NAMES: &str = "secure-tool/facts/name/1";
/// The first part of the key of every fact that is not a change, but a message of a client for another process that waits for it.
pub(super) const ROUTED: [u8; 8] = *b"routed\0\0";
/// How long a process may be disconnected and still learn that something was reinstated or resumed.
const REINSTATED: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// A change that all processes should apply. The last one about the same thing is in effect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Change {
    Revoked(Revoked, SystemTime),
    Reinstated(Revoked),
    Turned(Switch, Turn),
}

/// What an operator switches off.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) enum Switch {
    All,
    /// The items that write.
    Writes,
    /// Every item with this name.
    Item(String),
    /// The calls of these callers.
    Scope(HaltScope),
}

/// The position of a switch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Turn {
    pub(crate) off: bool,
    /// The id of the last time that the switch ended calls. It is kept when the switch is turned on, because a process may see only that change.
    pub(crate) cut: Option<u64>,
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

/// The subject of a change.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub(crate) enum About {
    Revoked(Revoked),
    Turned(Switch),
}

impl Change {
    pub(crate) fn about(&self) -> About {
        match self {
            Self::Revoked(revoked, _) | Self::Reinstated(revoked) => About::Revoked(revoked.clone()),
            Self::Turned(switch, _) => About::Turned(switch.clone()),
        }
    }

    /// Whether this is stricter than another change of the same thing.
    pub(super) fn is_stricter_than(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Revoked(_, until), Self::Revoked(_, other)) => until > other,
            (Self::Revoked(..), Self::Reinstated(_)) => true,
            (Self::Turned(_, turn), Self::Turned(_, other)) => turn.off && !other.off,
            _ => false,
        }
    }

    /// How long it has to be kept; forever without an end.
    fn keep(&self) -> Option<Duration> {
        match self {
            Self::Revoked(_, until) => Some(until.duration_since(SystemTime::now()).unwrap_or_default()),
            // The number of scopes over time is unbounded.
            Self::Reinstated(_) | Self::Turned(Switch::Scope(_), Turn { off: false, .. }) => Some(REINSTATED),
            Self::Turned(..) => None,
        }
    }
}

/// Seals and opens changes, shared by all processes with the same [`KeyRing`].
pub(crate) struct Sealing {
    ciphers: Ciphers,
    names: DerivedKey,
}

impl Sealing {
    /// `None` without a secret, which every key ring has.
    pub(crate) fn new(keys: &KeyRing) -> Option<Self> {
        Some(Self { ciphers: Ciphers::new(keys, SEAL), names: keys.derive(NAMES).into_iter().next()? })
    }

    /// The fact for a change; `None` if the change is over.
    pub(crate) fn seal(&self, change: &Change) -> Result<Option<Fact>, StoreError> {
        let keep = change.keep();
        if keep == Some(Duration::ZERO) {
            return Ok(None);
        }
        let key = self.key(&change.about())?;
        self.encrypt(key, &serde_json::to_vec(change)?, keep).map(Some)
    }

    /// A fact with this content for every process that has the secret.
    pub(super) fn encrypt(&self, key: StoreKey, plain: &[u8], keep: Option<Duration>) -> Result<Fact, StoreError> {
        Ok(Fact { key, value: self.ciphers.seal(&key.place(), plain)?, keep })
    }

    /// The change in a fact.
    ///
    /// # Errors
    ///
    /// If it was not sealed for this key with one of the secrets, so its content cannot be trusted or known.
    pub(crate) fn open(&self, fact: &Fact) -> Result<Change, StoreError> {
        Ok(serde_json::from_slice(&self.decrypt(fact)?)?)
    }

    /// The content of a fact.
    pub(super) fn decrypt(&self, Fact { key, value, .. }: &Fact) -> Result<Vec<u8>, StoreError> {
        let unknown = || StoreError::new("the fact was not sealed with a secret of the key ring");
        self.ciphers.open(&key.place(), value).ok_or_else(unknown)
    }

    /// The key for the subject of a change: the same for all its changes with one secret.
    fn key(&self, about: &About) -> Result<StoreKey, StoreError> {
        let mut mac = <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(&self.names[..])?;
        mac.update(&serde_json::to_vec(about)?);
        let digest: [u8; 32] = mac.finalize().into_bytes().into();
        let [whose @ .., _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _] = digest;
        Ok(StoreKey::new(*b"fact\0\0\0\0", whose))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::seal::NONCE;

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
        let off = Turn { off: true, cut: Some(7) };
        let later = SystemTime::now() + Duration::from_secs(60);
        for change in [
            Change::Revoked(alice(), later),
            Change::Reinstated(alice()),
            Change::Turned(Switch::All, off),
            Change::Turned(Switch::Writes, Turn { off: false, cut: None }),
            Change::Turned(Switch::Item("delete_invoice".into()), off),
            Change::Turned(Switch::Scope(HaltScope::caller(Some("acme"), "alice")), off),
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
    fn of_two_changes_of_one_thing_the_one_that_stops_more_is_stricter() {
        let at = |seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        let turned = |off| Change::Turned(Switch::All, Turn { off, cut: None });
        for (strict, lax) in [
            (Change::Revoked(alice(), at(2)), Change::Revoked(alice(), at(1))),
            (Change::Revoked(alice(), at(1)), Change::Reinstated(alice())),
            (turned(true), turned(false)),
        ] {
            assert!(strict.is_stricter_than(&lax) && !lax.is_stricter_than(&strict), "{strict:?}");
            assert!(!strict.is_stricter_than(&strict) && !lax.is_stricter_than(&lax), "{strict:?}");
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
        let [off, on] = [true, false].map(|off| Turn { off, cut: None });
        let scope = || Switch::Scope(HaltScope::tenant("acme"));
        assert_eq!(key(&Change::Turned(scope(), off)), key(&Change::Turned(scope(), on)));
        assert_ne!(key(&Change::Turned(scope(), on)), key(&Change::Turned(Switch::All, on)));
        assert!(old.open(&new.seal(&Change::Turned(Switch::All, off)).unwrap().unwrap()).is_err());
        assert_eq!(old.seal(&Change::Revoked(alice(), SystemTime::UNIX_EPOCH)).unwrap(), None, "it is over");
    }
}
