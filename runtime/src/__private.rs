//! The items that the expansion of the macros uses. Not for other use: it may change in every version.

pub use crate::{
    arguments::{Declaration, Field, Flattened, Misfit, check_fields, flattened, shown_field},
    audit::AuditOutput,
    completion::completing,
    confirm::{NotShown, Nothing, Shown},
    constants::{
        bound, has_items, is_concurrency, is_cost, is_described, is_output_limit, is_quota, is_rate, is_timeout,
    },
    error::{Cause, Failing, NoCause, said},
    guard::{
        entry::{Admitted, Entry, Rejection, boxed},
        given::Given,
        keys::{KeyOf, NamesOneKind, key, key_filtered, key_many, key_optional},
        reader::{Typed, argument, owned, owned_filtered, owned_many, owned_optional, typed},
    },
    output::{
        NoOwners, Outlet, Shape, Unmarked, class, given_owner, output, owner_name, owners, prompt_output,
        proven_output, proven_prompt_output, proven_resource_output, resource_output,
    },
    permit::{Destroy, Read, Write, permit},
    policy::{Confirm, Effect, Ownership, Per, Piece, Scope, Unit},
    resource::listing,
    schema::argument::{Argument, Audit, Bound, json},
    tool::{Burst, Definition, define, define_prompt, define_resource, earlier},
};
pub use secure_tool_vocabulary::is_policy_scope as is_scope;
