//! What the macro's expansion names. Not for other use: it may change with every version.

pub use crate::{
    confirm::{NotShown, Shown},
    guard::{
        entry::{Admitted, Entry, Stop, boxed},
        reader::{argument, key, owned, owned_many, owned_optional},
    },
    output::{Outlet, class, output},
    permit::{Destroy, Read, Write, permit},
    policy::{Effect, Ownership, Per, Scope, Unit},
    schema::argument::{Argument, Audit, Bound, json},
    tool::{Burst, Confirm, Definition, Piece},
};

/// Whether a policy may name this scope; for scope constants, which the expansion checks while it is compiled.
#[must_use]
pub const fn is_scope(scope: &str) -> bool {
    crate::identity::is_policy_scope(scope)
}
