//! Messages as bytes and as types: what one may cost is known before it is parsed, and it is parsed once.

#[cfg(feature = "http")]
mod message;
mod scan;

#[cfg(feature = "http")]
pub(crate) use message::{Capabilities, Id, Message, Method, Params, Unreadable};
pub(crate) use scan::{MessageLimits, TooMuch, scan};
