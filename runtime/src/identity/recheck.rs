//! Asking an authority again whether a credential is still valid.

use futures_util::future::BoxFuture;

use crate::policy::Effect;

/// Can be asked again, just before a body runs, whether a credential is still valid.
///
/// It may hold the credential itself, so it is never shown and never recorded.
pub(crate) trait Recheck: Send + Sync {
    /// Whether it has to be asked before the body of a tool with this effect.
    fn is_asked_before(&self, effect: Effect) -> bool;

    /// Asks. It has its own time limit.
    fn ask(&self) -> BoxFuture<'_, Result<(), RecheckFailed>>;
}

/// Why a credential was not confirmed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(not(feature = "jwks-http"), expect(dead_code, reason = "nobody can be asked again without it"))]
pub(crate) enum RecheckFailed {
    /// The credential is no longer valid, or not for this caller.
    Withdrawn,
    /// There was no answer.
    Unavailable,
}
