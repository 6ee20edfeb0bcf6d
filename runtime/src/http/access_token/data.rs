//! What the application attaches to a caller, from the claims of the token.

use std::fmt;

use serde::de::DeserializeOwned;

use super::{Grant, Refused, object::Object};
use crate::{Caller, guard, http::AuthError};

/// The claims of a token that is good: signed, or confirmed by its issuer, for this server, and not expired. The token itself is not here.
///
/// [`JwtBuilder::data_from`](crate::http::JwtBuilder::data_from) and
/// [`IntrospectionBuilder::data_from`](crate::http::IntrospectionBuilder::data_from) read them.
pub struct Claims<'a> {
    grant: &'a Grant,
    claims: &'a Object<'a>,
}

/// A claim is there, and is not what it has to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MalformedClaim;

impl fmt::Display for MalformedClaim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a claim of the token is malformed")
    }
}

impl std::error::Error for MalformedClaim {}

/// A token with a claim that is malformed is refused.
impl From<MalformedClaim> for AuthError {
    fn from(_: MalformedClaim) -> Self {
        Self::Invalid
    }
}

impl Claims<'_> {
    /// What the library has made of the standard claims.
    #[must_use]
    pub fn grant(&self) -> &Grant {
        self.grant
    }

    /// The claim of this name, if the token has it.
    ///
    /// # Errors
    ///
    /// If it is of another type. `null` is a value, too: of an `Option<T>`, and of nothing else.
    pub fn get<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, MalformedClaim> {
        self.claims.get(name).map_err(|_| MalformedClaim)
    }
}

/// The names alone: what a claim says is not for a log.
impl fmt::Debug for Claims<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Claims").field("names", &self.claims.names()).finish_non_exhaustive()
    }
}

type Attach = dyn Fn(Caller, &Claims<'_>) -> Result<Caller, AuthError> + Send + Sync;

/// The closures of an authenticator that attach data, in their order.
#[derive(Default)]
pub(super) struct Mappers(Vec<Box<Attach>>);

impl Mappers {
    pub(super) fn add<T, F>(&mut self, read: F)
    where
        T: Send + Sync + 'static,
        F: Fn(&Claims<'_>) -> Result<T, AuthError> + Send + Sync + 'static,
    {
        self.0.push(Box::new(move |caller, claims| Ok(caller.with_data(read(claims)?))));
    }

    /// The caller with everything that they attach. One that fails, or panics, refuses the token.
    pub(super) fn attach(&self, grant: &Grant, claims: &Object<'_>) -> Result<Caller, Refused> {
        let claims = Claims { grant, claims };
        let attach = || self.0.iter().try_fold(Caller::clone(&grant.caller), |caller, attach| attach(caller, &claims));
        match guard::mask(attach) {
            Ok(Ok(caller)) => Ok(caller),
            Ok(Err(AuthError::Unavailable)) => Err(Refused::Unavailable),
            Ok(Err(AuthError::Missing | AuthError::Invalid | AuthError::Unrecognized)) | Err(_) => Err(Refused::Data),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
