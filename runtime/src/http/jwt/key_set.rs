//! The keys that verify tokens.

use std::{fmt, sync::Arc};

use super::{
    algorithm::Algorithm,
    jwks::{Jwks, Remote},
    key::Key,
};

/// The keys that verify tokens: [fixed](KeySet::fixed) ones, or those of a provider, which [change](Jwks).
#[derive(Clone, Debug)]
pub struct KeySet(Kind);

#[derive(Clone, Debug)]
enum Kind {
    Fixed(Keys),
    Remote(Arc<Remote>),
}

/// A snapshot of the keys.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Keys(Arc<[Arc<Key>]>);

/// Why there is no key for a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoKey {
    /// No key matches, or several do.
    Unknown,
    /// The provider could not be reached.
    Unavailable,
}

/// A key, and the generation of the set in which it was found.
pub(super) type Found = (Arc<Key>, u64);

impl KeySet {
    /// A fixed set of keys.
    ///
    /// # Errors
    ///
    /// If there are none, or if two keys are ambiguous for a token: they have the same algorithm, and the same `kid` or one of them has none.
    pub fn fixed(keys: impl IntoIterator<Item = Key>) -> Result<Self, AmbiguousKeys> {
        let keys = Keys::new(keys);
        let ambiguous = keys.0.iter().any(|key| keys.find(key.id(), key.algorithm()).is_none());
        if keys.0.is_empty() || ambiguous { Err(AmbiguousKeys) } else { Ok(Self(Kind::Fixed(keys))) }
    }

    pub(super) async fn find(&self, id: Option<&str>, algorithm: Algorithm) -> Result<Found, NoKey> {
        match &self.0 {
            Kind::Fixed(keys) => keys.find(id, algorithm).map(|key| (Arc::clone(key), 0)).ok_or(NoKey::Unknown),
            Kind::Remote(remote) => remote.find(id, algorithm).await,
        }
    }

    /// Whether such a key is known.
    pub(super) fn knows(&self, id: Option<&str>, algorithm: Algorithm) -> bool {
        match &self.0 {
            Kind::Fixed(keys) => keys.find(id, algorithm).is_some(),
            Kind::Remote(remote) => remote.knows(id, algorithm),
        }
    }

    /// The generation of the current keys. A token that was verified with another generation has to be verified again.
    pub(super) fn generation(&self) -> Option<u64> {
        match &self.0 {
            Kind::Fixed(_) => Some(0),
            Kind::Remote(remote) => remote.generation(),
        }
    }
}

impl From<Key> for KeySet {
    fn from(key: Key) -> Self {
        Self(Kind::Fixed(Keys::new([key])))
    }
}

impl From<Jwks> for KeySet {
    fn from(jwks: Jwks) -> Self {
        Self(Kind::Remote(jwks.open()))
    }
}

impl Keys {
    /// Duplicates are removed.
    pub(super) fn new(keys: impl IntoIterator<Item = Key>) -> Self {
        let mut distinct: Vec<Arc<Key>> = Vec::new();
        for key in keys {
            if !distinct.iter().any(|known| **known == key) {
                distinct.push(Arc::new(key));
            }
        }
        Self(distinct.into())
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// The only key that matches. If several match, the result is `None`, because it is ambiguous which one a token means.
    pub(super) fn find(&self, id: Option<&str>, algorithm: Algorithm) -> Option<&Arc<Key>> {
        let of_algorithm = || self.0.iter().filter(|key| key.algorithm() == algorithm);
        let Some(id) = id else { return only(of_algorithm()) };
        let mut named = of_algorithm().filter(|key| key.id() == Some(id)).peekable();
        if named.peek().is_some() { only(named) } else { only(of_algorithm()).filter(|key| key.id().is_none()) }
    }
}

fn only<T>(mut items: impl Iterator<Item = T>) -> Option<T> {
    items.next().filter(|_| items.next().is_none())
}

/// There are no keys, or two keys are ambiguous.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AmbiguousKeys;

impl fmt::Display for AmbiguousKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key set must have at least one key, and keys of the same algorithm must have different ids")
    }
}

impl std::error::Error for AmbiguousKeys {}
