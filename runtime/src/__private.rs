//! What the macro's expansion names. Not for other use: it may change with every version.

pub use crate::{
    arguments::{Declaration, Field, Flattened, Misfit, check_fields, flattened, shown_field},
    confirm::{NotShown, Nothing, Shown},
    constants::{bound, has_items, is_concurrency, is_described, is_output_limit, is_rate, is_timeout},
    guard::{
        entry::{Admitted, Entry, Rejection, boxed},
        given::Given,
        reader::{Typed, argument, key, owned, owned_many, owned_optional, typed},
    },
    output::{Outlet, class, output},
    permit::{Destroy, Read, Write, permit},
    policy::{Confirm, Effect, Ownership, Per, Piece, Scope, Unit},
    schema::argument::{Argument, Audit, Bound, json},
    tool::{Burst, Definition, define},
};
pub use secure_tool_vocabulary::is_policy_scope as is_scope;
