//! Messages as bytes: what one may cost is known before it is parsed.

mod scan;

pub(crate) use scan::{Measure, MessageLimits, TooMuch, scan};
