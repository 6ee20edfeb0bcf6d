//! Messages as bytes and as types: the cost of a message is limited before it is parsed, and invalid messages are refused with the same errors on
//! every transport.

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
