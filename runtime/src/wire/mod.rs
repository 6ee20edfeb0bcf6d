//! Messages as bytes: what one may cost is known before it is parsed, and what is no message is refused in the same words on every transport.

mod envelope;
mod error;
mod scan;

pub(crate) use envelope::{Envelope, Rejected};
pub(crate) use error::MessageError;
pub(crate) use scan::{Measure, MessageLimits, TooMuch, scan};
