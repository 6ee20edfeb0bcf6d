//! What access tokens have in common, whether they are signed (JWT) or the issuer is asked about them (introspection).

mod binding;
mod bulkhead;
mod cache;
mod check;
mod claims;
mod data;
mod flight;
mod grant;
mod memory;
mod object;
mod refused;

#[cfg(feature = "jwks-http")]
pub(super) use bulkhead::Place;
#[cfg(test)]
pub(super) use bulkhead::Reputation;
pub(super) use bulkhead::{Bulkhead, Slot, Slots, WaitingRoom};
pub(super) use cache::{Digest, digest};
pub(super) use check::TokenCheck;
pub(super) use claims::ClaimsValidation;
pub use data::{Claims, MalformedClaim};
#[cfg(feature = "jwks-http")]
pub(super) use flight::{Flight, Follower};
pub(super) use flight::{Flights, Turn};
pub use grant::Grant;
pub(super) use memory::{DEFAULT_CAPACITY, LONGEST_KEEP, Outcome, TokenMemory};
pub(super) use object::{Malformed, Object, pick};
pub(super) use refused::Refused;

/// The longest name that a token or a key may have, in bytes.
pub(super) const LONGEST_NAME: usize = 256;
