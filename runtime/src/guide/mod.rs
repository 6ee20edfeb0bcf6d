//! Chapters on how to use what the reference only lists.
//!
//! - [`data_layer`]: a data layer that cannot be misused, because it asks for proofs;
//! - [`confirmation`]: who is asked before something is destroyed, and how the question gets there.

pub mod confirmation;
pub mod data_layer;
