//! The derives.

pub(crate) mod arguments;
mod serde;
