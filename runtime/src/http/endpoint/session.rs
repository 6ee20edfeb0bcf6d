//! Sessions of clients before protocol 2026-07-28: sealed, not stored.
//!
//! `Mcp-Session-Id` is an authenticated and encrypted token. It opens only for the principal that it was made for, and ends by itself; the server keeps
//! nothing. What it says is what the client said in `initialize` and every later request needs: the revision that was agreed on, and whether
//! the client can show a form to a person.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use chacha20poly1305::{
    Key, XChaCha20Poly1305, XNonce,
    aead::{Aead, KeyInit, Payload},
};

use crate::{KeyRing, digest::Digest, identity::Principal, server::Revision, wire::Capabilities};

/// What the keys are for.
const PURPOSE: &str = "secure-tool/session/1";
const NONCE: usize = 24;
const ID: usize = 16;
/// The id, the end, the revision, and what the client can do.
const PLAIN: usize = ID + 8 + 1 + 1;
const TAG: usize = 16;

/// Tells the sessions of one principal apart.
pub(super) type SessionId = [u8; ID];

/// What a session token says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Session {
    pub(super) id: SessionId,
    pub(super) revision: Revision,
    pub(super) capabilities: Capabilities,
}

/// Makes and opens session tokens.
pub(super) struct Sessions {
    ciphers: Vec<XChaCha20Poly1305>,
    lifetime: Duration,
}

impl Sessions {
    pub(super) fn new(keys: &KeyRing, lifetime: Duration) -> Self {
        let ciphers = keys.derive(PURPOSE).iter().map(|key| XChaCha20Poly1305::new(&Key::from(**key))).collect();
        Self { ciphers, lifetime }
    }

    /// A token for a new session; none if the system gives no random bytes.
    pub(super) fn open(&self, principal: &Principal, revision: Revision, capabilities: Capabilities) -> Option<String> {
        let mut id = SessionId::default();
        getrandom::fill(&mut id).ok()?;
        self.seal(principal, &Session { id, revision, capabilities }, now().saturating_add(self.lifetime.as_secs()))
    }

    fn seal(&self, principal: &Principal, session: &Session, end: u64) -> Option<String> {
        let mut nonce = [0; NONCE];
        getrandom::fill(&mut nonce).ok()?;
        let mut plain = Vec::with_capacity(PLAIN);
        plain.extend_from_slice(&session.id);
        plain.extend_from_slice(&end.to_be_bytes());
        plain.push(session.revision.number());
        plain.push(u8::from(session.capabilities.shows_forms()));
        let payload = Payload { msg: &plain, aad: &binding(principal) };
        let sealed = self.ciphers.first()?.encrypt(&XNonce::from(nonce), payload).ok()?;
        Some(BASE64_URL_SAFE_NO_PAD.encode([&nonce[..], &sealed].concat()))
    }

    /// The session of a token, if it is one of this principal's that is not over.
    pub(super) fn read(&self, token: &[u8], principal: &Principal) -> Option<Session> {
        // Checked first: what is decoded and decrypted is as long as ours.
        if token.len() != (NONCE + PLAIN + TAG).div_ceil(3) * 4 - (3 - (NONCE + PLAIN + TAG) % 3) % 3 {
            return None;
        }
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(token).ok()?;
        let (nonce, sealed) = bytes.split_first_chunk::<NONCE>()?;
        let aad = binding(principal);
        let open =
            |cipher: &XChaCha20Poly1305| cipher.decrypt(&XNonce::from(*nonce), Payload { msg: sealed, aad: &aad }).ok();
        let plain = self.ciphers.iter().find_map(open)?;
        let (id, rest) = plain.split_first_chunk::<ID>()?;
        let (end, rest) = rest.split_first_chunk::<8>()?;
        let &[revision, forms] = rest else { return None };
        (u64::from_be_bytes(*end) > now()).then_some(Session {
            id: *id,
            revision: Revision::of_number(revision)?,
            capabilities: Capabilities::with_forms(forms == 1),
        })
    }
}

/// Who may use a session: the principal that opened it, through the same client. Visitors without a credential are all alike.
pub(super) fn binding(principal: &Principal) -> Digest {
    principal.caller().map_or_else(Digest::default, |caller| caller.binding())
}

/// Seconds since 1970. A clock before that ends every session.
fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(u64::MAX, |time| time.as_secs())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::Caller;

    fn principal(caller: Caller) -> Principal {
        Principal::Caller(Arc::new(caller))
    }

    fn sessions() -> Sessions {
        Sessions::new(&KeyRing::random().unwrap(), Duration::from_secs(60))
    }

    #[test]
    fn a_session_is_of_one_principal() {
        let sessions = sessions();
        let alice = || Caller::new("alice").with_tenant("acme").with_client("ide").with_issuer("https://id.test");
        for forms in [true, false] {
            let token =
                sessions.open(&principal(alice()), Revision::V2025_11_25, Capabilities::with_forms(forms)).unwrap();
            let session = sessions.read(token.as_bytes(), &principal(alice().with_token_id("renewed"))).unwrap();
            assert_eq!((session.revision, session.capabilities.shows_forms()), (Revision::V2025_11_25, forms));
            for other in [
                alice().with_tenant("globex"),
                alice().with_client("bot"),
                alice().with_issuer("https://other.test"),
                alice().with_actor("bot"),
                Caller::new("bob"),
                Caller::new(""),
            ] {
                assert_eq!(sessions.read(token.as_bytes(), &principal(other)), None);
            }
            assert_eq!(sessions.read(token.as_bytes(), &Principal::Anonymous(None)), None);
        }
        let token = sessions.open(&Principal::Anonymous(None), Revision::V2025_06_18, Capabilities::default()).unwrap();
        assert!(sessions.read(token.as_bytes(), &Principal::Anonymous(None)).is_some());
        assert_eq!(sessions.read(token.as_bytes(), &principal(alice())), None);
    }

    #[test]
    fn two_sessions_of_one_principal_differ_and_neither_tells_what_it_says() {
        let (sessions, alice) = (sessions(), principal(Caller::new("alice")));
        let open = || sessions.open(&alice, Revision::V2025_11_25, Capabilities::default()).unwrap();
        let (one, other) = (open(), open());
        assert_ne!(
            sessions.read(one.as_bytes(), &alice).unwrap().id,
            sessions.read(other.as_bytes(), &alice).unwrap().id
        );
        assert!(one.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)));
    }

    #[test]
    fn what_was_changed_cut_or_made_elsewhere_is_no_session() {
        let (sessions, alice) = (sessions(), principal(Caller::new("alice")));
        let token = sessions.open(&alice, Revision::V2025_11_25, Capabilities::default()).unwrap();
        for at in 0..token.len() {
            let mut changed = token.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            assert_eq!(sessions.read(&changed, &alice), None, "{at}");
            assert_eq!(sessions.read(&token.as_bytes()[..at], &alice), None, "{at}");
        }
        assert_eq!(sessions.read(format!("{token}A").as_bytes(), &alice), None);
        assert_eq!(self::sessions().read(token.as_bytes(), &alice), None);
        assert_eq!(sessions.read("é".repeat(44).as_bytes(), &alice), None);
    }

    #[test]
    fn a_session_ends_by_itself() {
        let (sessions, alice) = (sessions(), principal(Caller::new("alice")));
        let session = Session { id: [1; ID], revision: Revision::V2025_11_25, capabilities: Capabilities::default() };
        let sealed = |end| sessions.seal(&alice, &session, end).unwrap();
        assert_eq!(sessions.read(sealed(now() + 60).as_bytes(), &alice), Some(session));
        assert_eq!(sessions.read(sealed(now()).as_bytes(), &alice), None);
    }

    #[test]
    fn a_rotated_key_ring_opens_what_it_has_sealed_before() {
        let secret = |first: u8| (first..first + 32).collect::<Vec<u8>>();
        let (lifetime, alice) = (Duration::from_secs(60), principal(Caller::new("alice")));
        let before = Sessions::new(&KeyRing::new(&secret(0)).unwrap(), lifetime);
        let after = KeyRing::new(&secret(100)).unwrap().with_previous(&secret(0)).unwrap();
        let token = before.open(&alice, Revision::V2025_11_25, Capabilities::default()).unwrap();
        assert!(Sessions::new(&after, lifetime).read(token.as_bytes(), &alice).is_some());
        let without = KeyRing::new(&secret(100)).unwrap();
        assert_eq!(Sessions::new(&without, lifetime).read(token.as_bytes(), &alice), None);
    }
}
