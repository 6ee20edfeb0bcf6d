//! The owner stage: do the objects belong to the caller. Not there and not yours are one answer.

use super::refusal::Refusal;
use crate::{
    Caller, Owner, ToolError,
    error::Kind,
    outcome::{Code, OwnerOutcome, Stage},
};

/// Compares an object's owner, if there is an object, with the caller. A caller with the server's override scope passes for
/// everybody's objects, and is known to have passed so.
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

/// Whether a state's error says no more than "not there". A store that says "forbidden" or "conflict" about an object nobody has
/// proven to be the caller's would tell that it exists: only being down, or broken, is another answer.
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
