//! The owner stage: do the objects belong to the caller. The answer for absent and foreign objects is the same.

use super::refusal::Refusal;
use crate::{
    Caller, Owner, ToolError,
    error::Kind,
    outcome::{Code, OwnerOutcome, Stage},
};

/// Compares the owner of an object, if it exists, with the caller. A caller with the server's override scope passes for the objects of every owner,
/// which is recorded.
pub(crate) fn compare(
    caller: &Caller,
    owner: Option<&Owner>,
    override_scope: Option<&str>,
) -> Result<OwnerOutcome, OwnerOutcome> {
    match owner {
        Some(owner) if caller.owns(owner) => Ok(OwnerOutcome::Owned),
        Some(_) if override_scope.is_some_and(|scope| caller.scopes().contains(scope)) => Ok(OwnerOutcome::Overridden),
        Some(_) => Err(OwnerOutcome::Foreign),
        None => Err(OwnerOutcome::Absent),
    }
}

/// Whether an error of the state counts as "not found". An error such as "forbidden" or "conflict" for an object that is not proven to belong to the
/// caller would reveal that it exists; only unavailability and internal errors are reported differently.
pub(crate) fn means_absent(error: &ToolError) -> bool {
    match error.kind() {
        Kind::Unavailable | Kind::Internal | Kind::Content => false,
        Kind::NotFound
        | Kind::Invalid
        | Kind::Conflict
        | Kind::Forbidden
        | Kind::TooLarge
        | Kind::Withheld
        | Kind::Inspected => true,
    }
}

pub(crate) fn refuse(outcome: OwnerOutcome) -> Refusal {
    let rule = if outcome == OwnerOutcome::Foreign { "foreign" } else { "absent" };
    Refusal::new(Code::NotFound, Stage::Owner, rule)
}
