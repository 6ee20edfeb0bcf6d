//! The authority that vouched for a caller, where it can be asked again.

use futures_util::future::BoxFuture;

use crate::policy::Effect;

/// Can be asked again, just before something is done, whether a credential is still good.
///
/// It may hold the credential itself, so it is never shown, and no record keeps it.
pub(crate) trait Voucher: Send + Sync {
    /// Whether it wants to be asked before the body of a tool of this effect.
    fn is_asked_before(&self, effect: Effect) -> bool;

    /// Asks. It ends within a limit of its own.
    fn ask(&self) -> BoxFuture<'_, Result<(), NotVouched>>;
}

/// Why nobody vouches for a caller any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(not(feature = "jwks-http"), expect(dead_code, reason = "nobody can be asked again without it"))]
pub(crate) enum NotVouched {
    /// The credential is not good any more, or not for this caller.
    Withdrawn,
    /// There was no answer.
    Unavailable,
}
