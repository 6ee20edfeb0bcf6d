//! Tools and resources of every form under the strictest lints, to show that what the attribute expands to is silent.
//!
//! `cargo clippy --all-targets -- -D warnings` is what proves it.
#![warn(clippy::pedantic, clippy::nursery, missing_docs, missing_debug_implementations, unreachable_pub)]
#![warn(rust_2018_idioms, unused_results, unused_qualifications, unused_lifetimes, single_use_lifetimes)]
#![warn(let_underscore_drop, trivial_casts, trivial_numeric_casts, redundant_lifetimes, unit_bindings)]

mod arguments;
mod free;
mod owners;
pub mod places;
mod policies;
mod resources;

use secure_tool::{BuildError, SecureServer};

use crate::Cabinet;

/// A server with all of them.
///
/// # Errors
///
/// If a tool cannot be built.
pub fn server() -> Result<SecureServer<Cabinet>, BuildError> {
    let builder = SecureServer::builder(Cabinet::default()).allow_writes();
    let builder = owners::register(builder);
    let builder = arguments::register(builder);
    let builder = policies::register(builder);
    let builder = free::register(builder);
    let builder = resources::register(builder);
    places::register(builder).build()
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_tool_can_be_built() {
        let problems = super::server().err().map(|error| error.problems().to_vec()).unwrap_or_default();
        assert_eq!(problems, Vec::<String>::new());
    }
}
