//! Encryption of data in a store.

use chacha20poly1305::{
    Key, KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};

use super::{StoreError, StoreKey};
use crate::KeyRing;

pub(super) const NONCE: usize = 24;
/// How many bytes sealing adds.
pub(super) const SEAL_OVERHEAD: usize = NONCE + 16;

/// Seals and opens data, shared by all processes with the same [`KeyRing`].
pub(super) struct Ciphers {
    /// The current key first. It seals; the others only open.
    ciphers: Vec<XChaCha20Poly1305>,
}

impl Ciphers {
    pub(super) fn new(keys: &KeyRing, purpose: &'static str) -> Self {
        let ciphers = keys.derive(purpose).iter().map(|key| XChaCha20Poly1305::new(&Key::from(**key))).collect();
        Self { ciphers }
    }

    /// Seals a text for one place; it can be opened only there.
    pub(super) fn seal(&self, place: &[u8], plain: &[u8]) -> Result<Box<[u8]>, StoreError> {
        let mut nonce = [0; NONCE];
        getrandom::fill(&mut nonce).map_err(|error| StoreError::new(error.to_string()))?;
        let payload = Payload { msg: plain, aad: place };
        let cipher = self.ciphers.first().ok_or_else(|| StoreError::new("the key ring has no secret to seal with"))?;
        let sealed = cipher.encrypt(&XNonce::from(nonce), payload).map_err(|_| StoreError::new("not sealed"))?;
        Ok([&nonce[..], &sealed].concat().into())
    }

    /// Opens data that was sealed for this place; `None` if it was not sealed with one of the secrets.
    pub(super) fn open(&self, place: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE>()?;
        let open = |cipher: &XChaCha20Poly1305| {
            cipher.decrypt(&XNonce::from(*nonce), Payload { msg: sealed, aad: place }).ok()
        };
        self.ciphers.iter().find_map(open)
    }
}

impl StoreKey {
    /// The bytes of a key, as a place.
    pub(super) fn place(self) -> [u8; 24] {
        let mut place = [0; 24];
        place.iter_mut().zip(self.what.iter().chain(&self.whose)).for_each(|(byte, of_key)| *byte = *of_key);
        place
    }
}
