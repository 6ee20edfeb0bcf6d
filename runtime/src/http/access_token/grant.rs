//! What a verified access token says.

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use http::request::Parts;

use super::{Refused, binding::Binding};
use crate::Caller;

/// What a verified access token says, without the token.
///
/// It is what [`accept_if`](crate::http::JwtBuilder::accept_if) decides by.
#[derive(Clone, Debug)]
pub struct Grant {
    pub(in crate::http) caller: Arc<Caller>,
    pub(in crate::http) key: Option<Box<str>>,
    pub(super) issued: Option<u64>,
    /// Unix time.
    pub(in crate::http) expires: u64,
    pub(super) binding: Option<Binding>,
}

impl Grant {
    /// Whether the request comes from the client that the token is bound to. This depends on the request, so it is not known with the token.
    pub(super) fn is_shown_by(&self, request: &Parts) -> Result<(), Refused> {
        match &self.binding {
            Some(binding) if !binding.holds(request) => Err(Refused::Bound),
            _ => Ok(()),
        }
    }

    /// The caller. A token that is bound to a certificate ends with it, if that is sooner.
    pub(super) fn caller_of(&self, request: &Parts) -> Arc<Caller> {
        #[cfg(feature = "mtls")]
        if let (Some(_), Some(peer)) = (&self.binding, crate::http::tls::Peer::of(request)) {
            return peer.limited(&self.caller);
        }
        #[cfg(not(feature = "mtls"))]
        let _ = request;
        Arc::clone(&self.caller)
    }

    /// Whether this says of the same token what that did: it is for the same caller, bound to the same certificate, and for no less.
    #[cfg(feature = "jwks-http")]
    pub(in crate::http) fn covers(&self, earlier: &Self) -> bool {
        let scopes = self.caller.scopes();
        self.caller.binding() == earlier.caller.binding()
            && self.binding == earlier.binding
            && earlier.caller.scopes().iter().all(|scope| scopes.contains(scope))
    }

    /// Who the token is for.
    #[must_use]
    pub fn caller(&self) -> &Caller {
        &self.caller
    }

    /// The token's id (`jti`).
    #[must_use]
    pub fn token_id(&self) -> Option<&str> {
        self.caller.token_id()
    }

    /// The id of the key it is signed with (`kid`).
    #[must_use]
    pub fn key_id(&self) -> Option<&str> {
        self.key.as_deref()
    }

    /// When it was issued (`iat`).
    #[must_use]
    pub fn issued_at(&self) -> Option<SystemTime> {
        self.issued.map(time)
    }

    /// When it expires (`exp`).
    #[must_use]
    pub fn expires_at(&self) -> SystemTime {
        time(self.expires)
    }
}

fn time(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}
