//! A JSON Web Key Set.

use serde_json::value::RawValue;

use super::fetch::{FetchError, LARGEST};
use crate::http::{
    access_token::Object,
    jwt::{key::Key, key_set::Keys},
};

/// The maximum number of keys of a set; the rest is ignored.
const MOST_KEYS: usize = 64;

/// The usable keys of a set. An unusable key is ignored and does not affect the others.
pub(super) fn read(body: &[u8]) -> Result<Keys, FetchError> {
    if body.len() > LARGEST {
        return Err("the key set is too large".into());
    }
    let document = Object::parse(body).ok();
    let listed = document.and_then(|document| document.get::<Vec<&RawValue>>("keys").ok().flatten());
    let listed = listed.ok_or("it is not a JSON Web Key Set")?;
    if listed.len() > MOST_KEYS {
        tracing::warn!(keys = listed.len(), "a key set has too many keys; the last ones are ignored");
    }
    let keys = listed.into_iter().take(MOST_KEYS).filter_map(|jwk| match Key::jwk(jwk.get()) {
        Ok(key) => Some(key),
        Err(reason) => {
            tracing::debug!(%reason, "a key of a key set is ignored");
            None
        }
    });
    Ok(Keys::new(keys))
}
