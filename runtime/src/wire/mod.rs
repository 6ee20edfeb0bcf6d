//! Messages as bytes and as types: what one may cost is known before it is parsed, and what is no message is refused in the same words on every
//! transport.

pub(crate) mod codes;
mod envelope;
mod error;
mod idempotency_key;
#[cfg(feature = "http")]
mod message;
mod progress;
mod scan;
mod unique;

pub(crate) use envelope::{Envelope, Rejected};
pub(crate) use error::MessageError;
pub(crate) use idempotency_key::{ClientKey, IDEMPOTENCY_KEY};
#[cfg(feature = "http")]
pub(crate) use message::{Capabilities, Id, Message, Method, Params, Reference, Typed};
pub(crate) use progress::{ProgressNotice, ProgressToken};
pub(crate) use scan::{Measure, MessageLimits, TooMuch, scan};
pub(crate) use unique::{Unique, has_duplicates};
