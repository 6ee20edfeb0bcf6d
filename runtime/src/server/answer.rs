//! How the end of a call looks on the wire.

use rmcp::model::{CallToolResponse, CallToolResult, ContentBlock, ErrorData, MetaObject};
use serde_json::{Map, Value, json};

use super::asking;
use crate::{
    guard::{Outcome, refusal::seconds_up},
    outcome::Code,
};

/// Where `_meta` carries the refusal for programs.
const REFUSAL: &str = "secure-tool/refusal";

/// An answer or a refusal as the result of a tool, which is what a model gets to read.
pub(super) fn result(outcome: Outcome) -> CallToolResult {
    match outcome.result {
        Ok(released) => {
            let mut result = CallToolResult::success(released.content);
            result.structured_content = released.structured;
            result
        }
        Err(ref refusal) => {
            let text = format!("{refusal} (call {})", outcome.call_id);
            let mut meta = MetaObject::new();
            meta.insert(REFUSAL.into(), details(&outcome));
            let mut result = CallToolResult::error(vec![ContentBlock::text(text)]);
            result.meta = Some(meta);
            result
        }
    }
}

/// The same over MCP, which has forms of its own for a question, for a state that does not count, and for a tool that is not there as far as
/// this caller can know.
pub(super) fn protocol(outcome: Outcome) -> Result<CallToolResponse, ErrorData> {
    match &outcome.result {
        Err(refusal) if refusal.code() == Code::UnknownTool => {
            Err(ErrorData::invalid_params("unknown tool", Some(details(&outcome))))
        }
        // MCP, multi round-trip requests: a state that fails its verification is an error, not an answer.
        Err(refusal) if refusal.detail().rejects_state => {
            Err(ErrorData::invalid_params(refusal.detail().message.clone(), Some(details(&outcome))))
        }
        Err(refusal) => match refusal.detail().state.as_deref() {
            Some(state) => Ok(asking::input_required(&refusal.detail().message, state).into()),
            None => Ok(result(outcome).into()),
        },
        Ok(_) => Ok(result(outcome).into()),
    }
}

fn details(outcome: &Outcome) -> Value {
    let mut details = Map::new();
    details.insert("call_id".into(), outcome.call_id.to_string().into());
    if let Err(refusal) = &outcome.result {
        let detail = refusal.detail();
        details.insert("code".into(), detail.code.as_str().into());
        if let Some(after) = detail.retry_after {
            details.insert("retry_after".into(), seconds_up(after).into());
        }
        if !detail.scopes.is_empty() {
            details.insert("scope".into(), detail.scopes.join(" ").into());
        }
        if !detail.problems.is_empty() {
            details.insert("problems".into(), json!(detail.problems));
        }
    }
    Value::Object(details)
}
