//! Translates `completion/complete` between the protocol and the guard.

use rmcp::model::{CompleteResult, CompletionInfo, ErrorData};
use serde_json::Map;

use super::rmcp_model;
use crate::{
    CompletionRef, CompletionResponse,
    guard::{Context, Outcome, Request, Target},
};

/// The completions for the typed text of an argument.
pub(super) fn request<'a>(of: CompletionRef<'a>, argument: &'a str, typed: &str, context: Context<'a>) -> Request<'a> {
    let mut arguments = Map::new();
    arguments.insert(argument.to_owned(), typed.into());
    Request { target: Target::Completion(of, argument), arguments, context }
}

/// The result of a completion as a type of rmcp.
///
/// # Errors
///
/// Why there are no completions.
pub(super) fn result(outcome: Outcome) -> Result<CompleteResult, ErrorData> {
    let response = CompletionResponse::new(outcome);
    if let Some(error) = response.error() {
        return Err(rmcp_model::refused(error));
    }
    let (total, has_more) = (response.total().and_then(|total| u32::try_from(total).ok()), response.has_more());
    let mut offered = CompletionInfo::default();
    offered.values = response.into_values();
    offered.total = total;
    offered.has_more = Some(has_more);
    Ok(CompleteResult::new(offered))
}
