//! The compile-time rules of `secure-tool`: what its attributes read, refuse and expand to.
//!
//! Everything here works on plain token streams, so that tests and tools can link it; the crate `secure-tool-macros` holds the
//! procedural macros, which only call [`run`]. [`diagnose`] applies the rules to a function without expanding it, and
//! [`mod@reference`] lists the keys.

#![forbid(unsafe_code)]
#![cfg_attr(test, allow(clippy::needless_pass_by_value, reason = "tests hand over the tokens they quote"))]

mod check;
mod checked;
mod derive;
mod errors;
mod expand;
#[cfg(test)]
mod golden;
mod kind;
mod messages;
mod model;
mod pipeline;
pub mod reference;
mod suggest;
mod syntax;

pub use derive::arguments::derive as derive_arguments;
pub use derive::failure::derive as derive_tool_failure;
pub use derive::owners::derive as derive_has_owners;
pub use errors::Diagnostic;
pub use kind::Kind;
pub use messages::{Code, Template, templates};
pub use pipeline::{diagnose, run};
