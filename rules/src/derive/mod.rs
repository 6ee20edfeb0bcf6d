//! The derives.

pub(crate) mod arguments;
pub(crate) mod failure;
pub(crate) mod owners;
mod serde;
