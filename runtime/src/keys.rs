//! The secrets of a server, from which the keys that its processes share are derived.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

/// A derived key.
pub(crate) type DerivedKey = Zeroizing<[u8; 32]>;

/// The secret that the processes of one server share, and previous ones. From each secret, independent keys are derived for each purpose:
///
/// - **Confirmations.** The state that a client carries between a question and its answer is sealed. A process with the same secret accepts the
///   answer to a question that another process has asked.
/// - **Sessions** of older clients (before protocol 2026-07-28) over HTTP are sealed tokens that the client carries; servers do not store them. A
///   process with the same secret continues a session that another process has opened.
///
/// - **Limits, revocations and switches** in a [shared store](crate::ServerBuilder::shared). The keys of counters are truncated HMACs, computed once
///   per caller; revocations and switches are sealed. The store sees no subject, tenant or token, and cannot forge a revocation.
///
/// - **Answers** of tools that are [`idempotent(…)`](crate::guide::retries), each of which is sealed for its own call.
///
/// Without a key ring every process generates its own secret: after a restart, or at another process, a session is lost and a question has to be
/// asked again. That is acceptable for a server with a single process; a server with several processes needs a key ring.
///
/// Without a shared store each process remembers by itself which answers were used: with several processes, an answer can be used once at each of
/// them.
///
/// To rotate the secret without an outage, first add the new secret to every process as a [previous](Self::with_previous) one; then make it the
/// current secret everywhere, with the old one as previous; and drop the old one when the last session, question and revocation that it has sealed
/// are over. A process that finds a fact in the store that was sealed with none of its secrets treats the store as down for revocations. The names of
/// counters in a shared store are derived from the current secret, so the counts start anew when it changes; while processes use different secrets,
/// each group of them has its own counts. Calls of tools that are `idempotent(…)` are also recognized by the previous secrets.
///
/// ```
/// # fn secret(name: &str) -> Vec<u8> { name.bytes().cycle().take(32).collect() }
/// use secure_tool::KeyRing;
///
/// let keys = KeyRing::new(&secret("2026-11"))?.with_previous(&secret("2026-08"))?;
/// # Ok::<(), secure_tool::WeakSecret>(())
/// ```
#[derive(Clone)]
pub struct KeyRing {
    current: Zeroizing<Vec<u8>>,
    previous: Vec<Zeroizing<Vec<u8>>>,
}

/// The secret of a [`KeyRing`] is too weak: too short, or all its bytes are the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct WeakSecret;

impl fmt::Display for WeakSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a secret of a key ring must have at least {} bytes from a random generator", KeyRing::MIN_BYTES)
    }
}

impl std::error::Error for WeakSecret {}

impl KeyRing {
    /// The minimum length of a secret in bytes.
    pub const MIN_BYTES: usize = 32;

    /// Creates a ring with this secret: at least 32 bytes from a cryptographic random generator, the same for all processes of one server.
    ///
    /// # Errors
    ///
    /// [`WeakSecret`] if it is shorter, or all its bytes are the same.
    pub fn new(secret: &[u8]) -> Result<Self, WeakSecret> {
        Ok(Self { current: checked(secret)?, previous: Vec::new() })
    }

    /// Adds a previous secret, which still opens what it has sealed but no longer seals anything.
    ///
    /// # Errors
    ///
    /// See [`new`](Self::new).
    pub fn with_previous(mut self, secret: &[u8]) -> Result<Self, WeakSecret> {
        self.previous.push(checked(secret)?);
        Ok(self)
    }

    /// A random ring for this process only.
    ///
    /// # Errors
    ///
    /// If the operating system provides no random bytes.
    pub(crate) fn random() -> Result<Self, String> {
        let mut secret = Zeroizing::new(vec![0; Self::MIN_BYTES]);
        getrandom::fill(&mut secret)
            .map_err(|error| format!("the operating system provided no random bytes: {error}"))?;
        Ok(Self { current: secret, previous: Vec::new() })
    }

    /// The keys for one purpose, the current one first.
    pub(crate) fn derive(&self, purpose: &'static str) -> Vec<DerivedKey> {
        std::iter::once(&self.current).chain(&self.previous).filter_map(|secret| derive(secret, purpose)).collect()
    }
}

fn checked(secret: &[u8]) -> Result<Zeroizing<Vec<u8>>, WeakSecret> {
    let repeats = secret.windows(2).all(|pair| pair.first() == pair.last());
    if secret.len() < KeyRing::MIN_BYTES || repeats { Err(WeakSecret) } else { Ok(Zeroizing::new(secret.to_vec())) }
}

/// HMAC accepts a key of any length, so this always succeeds.
fn derive(secret: &[u8], purpose: &str) -> Option<DerivedKey> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).ok()?;
    mac.update(purpose.as_bytes());
    Some(Zeroizing::new(mac.finalize().into_bytes().into()))
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyRing").field("previous", &self.previous.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_differ_by_secret_and_by_purpose() {
        let secret = |first: u8| (first..first + 32).collect::<Vec<u8>>();
        let ring = KeyRing::new(&secret(0)).unwrap().with_previous(&secret(100)).unwrap();
        let (sessions, seals) = (ring.derive("sessions"), ring.derive("seals"));
        assert_eq!((sessions.len(), seals.len()), (2, 2));
        assert!(sessions[0] != sessions[1] && sessions[0] != seals[0]);
        assert_eq!(sessions[0], KeyRing::new(&secret(0)).unwrap().derive("sessions")[0]);
        assert_ne!(KeyRing::random().unwrap().derive("x"), KeyRing::random().unwrap().derive("x"));
        assert!(!format!("{ring:?}").contains("current"));
    }

    #[test]
    fn a_short_or_uniform_secret_is_refused() {
        assert_eq!(KeyRing::new(&[7; 31]).map(|_| ()), Err(WeakSecret));
        assert_eq!(KeyRing::new(&[7; 64]).map(|_| ()), Err(WeakSecret));
        assert_eq!(KeyRing::new(b"").map(|_| ()), Err(WeakSecret));
    }
}
