//! What the macro's expansion names. Not for other use: it may change with every version.

pub use crate::{
    guard::entry::{Admitted, Entry, Stop, boxed},
    output::{Outlet, output},
    policy::{Effect, Ownership, Per, Scope, Unit},
    schema::argument::{Argument, Audit, Bound, argument, json, key, owned, owned_many, owned_optional},
    tool::{Burst, Definition},
};

/// Refuses, while compiling, a scope constant that is no scope token or has a wildcard.
///
/// # Panics
///
/// Then, which in a constant is a compile error.
pub const fn assert_scope(scope: &str) {
    assert!(
        crate::identity::is_policy_scope(scope),
        "a scope must be one token of RFC 6749 (visible ASCII without blanks, quotes and backslashes) and no wildcard [ST12]"
    );
}
