//! What access tokens have in common, whether they are signed (JWT) or the issuer is asked about them (introspection).

mod binding;
mod cache;
mod check;
mod claims;
mod grant;
mod object;
mod refused;

pub(super) use cache::{DEFAULT_CAPACITY, LONGEST_KEEP, TokenCache};
pub(super) use check::TokenCheck;
pub(super) use claims::ClaimsValidation;
pub use grant::Grant;
pub(super) use object::{Malformed, Object};
pub(super) use refused::Refused;

/// The longest name that a token or a key may have, in bytes.
pub(super) const LONGEST_NAME: usize = 256;
