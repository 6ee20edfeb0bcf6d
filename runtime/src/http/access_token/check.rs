//! How an authenticator checks tokens: their claims, and what the application says about them.

use std::{fmt, sync::Arc, time::SystemTime};

use http::request::Parts;

use super::{Claims, ClaimsValidation, Grant, Object, Refused, data::Mappers};
use crate::{Caller, http::AuthError};

type Hook = dyn Fn(&Grant) -> bool + Send + Sync;

/// The checks of one authenticator, as its builder sets them up.
pub(in crate::http) struct TokenCheck {
    pub(in crate::http) claims: ClaimsValidation,
    accept: Option<Box<Hook>>,
    mappers: Mappers,
    pub(in crate::http) clock: fn() -> u64,
}

impl TokenCheck {
    pub(in crate::http) fn new(claims: ClaimsValidation) -> Self {
        Self { claims, accept: None, mappers: Mappers::default(), clock: unix_time }
    }

    /// Asks the application about each request, too.
    pub(in crate::http) fn accept_if(&mut self, accept: impl Fn(&Grant) -> bool + Send + Sync + 'static) {
        self.accept = Some(Box::new(accept));
    }

    /// Attaches what this reads from the claims of a good token to its caller.
    pub(in crate::http) fn data_from<T, F>(&mut self, read: F)
    where
        T: Send + Sync + 'static,
        F: Fn(&Claims<'_>) -> Result<T, AuthError> + Send + Sync + 'static,
    {
        self.mappers.add(read);
    }

    /// What the issuer has asserted, signed with the key of this id, with the application's data.
    pub(in crate::http) fn grant(&self, claims: &Object<'_>, now: u64, key: Option<&str>) -> Result<Grant, Refused> {
        let mut grant = self.claims.check(claims, now)?;
        grant.key = key.map(Into::into);
        if !self.mappers.is_empty() {
            grant.caller = Arc::new(self.mappers.attach(&grant, claims)?);
        }
        Ok(grant)
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
