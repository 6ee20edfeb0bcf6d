//! The derives.

pub(crate) mod arguments;
pub(crate) mod failure;
mod serde;
