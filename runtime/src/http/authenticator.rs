//! Who a request is from.

use std::{future::Future, sync::Arc};

use http::request::Parts;

use crate::Caller;

/// Tells who an HTTP request is from.
///
/// The guard takes its word for it, so an implementation answers with a [`Caller`] only for a credential that it has verified, and with
/// an error for everything else: no credential, a wrong one, one it cannot check just now.
///
/// ```
/// use std::sync::Arc;
/// use secure_tool::{Caller, http::{AuthError, Authenticator}};
///
/// /// Trusts a proxy on this machine that has authenticated the user.
/// struct BehindProxy { secret: String }
///
/// impl Authenticator for BehindProxy {
///     async fn authenticate(&self, request: &http::request::Parts) -> Result<Arc<Caller>, AuthError> {
///         let header = |name| request.headers.get(name).and_then(|value| value.to_str().ok());
///         match (header("x-proxy-secret"), header("x-user")) {
///             (None, _) => Err(AuthError::Missing),
///             (Some(secret), Some(user)) if secret == self.secret => Ok(Arc::new(Caller::new(user))),
///             _ => Err(AuthError::Invalid),
///         }
///     }
/// }
/// ```
pub trait Authenticator: Send + Sync + 'static {
    /// Verifies the request's credential.
    ///
    /// # Errors
    ///
    /// [`AuthError`]; the request is refused with 401, or with 503 where nothing could be verified, as after ten seconds.
    fn authenticate(&self, request: &Parts) -> impl Future<Output = Result<Arc<Caller>, AuthError>> + Send;
}

/// Why a request is from nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AuthError {
    /// It carries no credential.
    Missing,
    /// Its credential is wrong, expired, or of another kind.
    Invalid,
    /// What it would be checked against is down.
    Unavailable,
}
