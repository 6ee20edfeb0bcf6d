//! How an authenticator checks tokens: their claims, and what the application says about them.

use std::{fmt, sync::Arc, time::SystemTime};

use http::request::Parts;

use super::{ClaimsValidation, Grant, Refused};
use crate::Caller;

type Hook = dyn Fn(&Grant) -> bool + Send + Sync;

/// The checks of one authenticator, as its builder sets them up.
pub(in crate::http) struct TokenCheck {
    pub(in crate::http) claims: ClaimsValidation,
    accept: Option<Box<Hook>>,
    pub(in crate::http) clock: fn() -> u64,
}

impl TokenCheck {
    pub(in crate::http) fn new(claims: ClaimsValidation) -> Self {
        Self { claims, accept: None, clock: unix_time }
    }

    /// Asks the application about each request, too.
    pub(in crate::http) fn accept_if(&mut self, accept: impl Fn(&Grant) -> bool + Send + Sync + 'static) {
        self.accept = Some(Box::new(accept));
    }

    /// The Unix time.
    pub(in crate::http) fn now(&self) -> u64 {
        (self.clock)()
    }

    /// Whether a grant has not expired, without leeway: what is remembered of a token ends with it.
    pub(in crate::http) fn is_current(&self, grant: &Grant) -> bool {
        self.now() < grant.expires
    }

    /// The caller, if the request comes from the client that the token is bound to, and the application accepts it.
    pub(in crate::http) fn admit(&self, grant: &Grant, request: &Parts) -> Result<Arc<Caller>, Refused> {
        grant.is_shown_by(request)?;
        self.accept(grant).map(|()| grant.caller_of(request))
    }

    /// What the application says about it.
    pub(in crate::http) fn accept(&self, grant: &Grant) -> Result<(), Refused> {
        match &self.accept {
            Some(accept) if !accept(grant) => Err(Refused::Hook),
            _ => Ok(()),
        }
    }
}

impl fmt::Debug for TokenCheck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.claims.fmt(f)
    }
}

/// Seconds since 1970. By a clock that stands before that, every token has expired.
fn unix_time() -> u64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(u64::MAX, |since| since.as_secs())
}
