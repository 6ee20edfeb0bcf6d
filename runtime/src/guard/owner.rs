//! Stage 6: do the objects belong to the caller. Not there and not yours are one answer.

use super::refusal::{Code, Refusal, Stage};
use crate::{Caller, Owner, ToolError, audit::OwnerOutcome, error::Kind};

/// Compares an object's owner, if there is an object, with the caller.
pub(crate) fn compare(caller: &Caller, owner: Option<&Owner>) -> Result<(), OwnerOutcome> {
    match owner {
        Some(owner) if caller.owns(owner) => Ok(()),
        Some(_) => Err(OwnerOutcome::Foreign),
        None => Err(OwnerOutcome::Absent),
    }
}

/// What a state's answer means. A store that says "forbidden" or "conflict" about an object nobody has proven to be the caller's
/// would tell that it exists: only being down, or broken, is another answer than "not there".
pub(crate) fn settle<T>(answer: Result<Option<T>, ToolError>) -> Result<Option<T>, Refusal> {
    answer.or_else(|error| match error.kind() {
        Kind::Unavailable | Kind::Internal => Err(Refusal::from_tool(error, Stage::Owner, "load")),
        Kind::NotFound | Kind::Invalid | Kind::Conflict | Kind::Forbidden | Kind::TooLarge => Ok(None),
    })
}

pub(crate) fn refuse(outcome: OwnerOutcome) -> Refusal {
    let rule = if outcome == OwnerOutcome::Foreign { "foreign" } else { "absent" };
    Refusal::new(Code::NotFound, Stage::Owner, rule)
}
