//! Converts between our types and those of rmcp's model. All conversions are here, so that a new major version of rmcp changes only this file and
//! nothing that an application sees.

use std::borrow::Cow;

#[cfg(feature = "http")]
use rmcp::model::ServerResult;
use rmcp::model::{
    AudioContent, CallToolResponse, CallToolResult, ContentBlock, ElicitRequest, ElicitRequestParams, ElicitResult,
    ElicitationAction, ElicitationSchema, ErrorCode, ErrorData, InputRequest, InputRequests, InputRequiredResult,
    MetaObject, RequestMetaObject, Resource,
};
use serde::Deserialize;
use serde_json::{Map, Value, json};

#[cfg(feature = "http")]
use super::Revision;

use crate::{
    CallError, Code, Content, QuestionField, Reply, ToolResponse,
    confirm::{Asks, CONFIRM},
    guard::{Outcome, trace::RequestId},
    response::REFUSAL,
    wire::{ClientKey, IDEMPOTENCY_KEY, ProgressToken, codes},
};

/// The key in the `_meta` of a question for what it shows, by argument.
const FIELDS: &str = "secure-tool/fields";

/// The result of a call over MCP, which has special forms for a question, for an invalid state, and for a tool that does not exist for this caller.
pub(super) fn call_tool_response(outcome: Outcome) -> Result<CallToolResponse, ErrorData> {
    let Outcome { call_id, result, .. } = outcome;
    let refusal = match result {
        Ok(released) => return Ok(call_tool_result(ToolResponse::new(call_id, Ok(released))).into()),
        Err(refusal) => refusal,
    };
    if refusal.code() == Code::UnknownTool {
        return Err(invalid_params("unknown tool".into(), &CallError::new(call_id, refusal)));
    }
    let detail = refusal.detail();
    // MCP, multi round-trip requests: a state that fails its verification is an error, not an answer.
    if detail.rejects_state {
        return Err(invalid_params(detail.message.clone(), &CallError::new(call_id, refusal)));
    }
    match detail.state.as_deref() {
        Some(state) => {
            let (fields, form) =
                detail.asks.as_ref().map(|asked| (&*asked.fields, asked.form.as_ref())).unwrap_or_default();
            Ok(input_required(&detail.message, fields, form, state).into())
        }
        None => Ok(call_tool_result(ToolResponse::new(call_id, Err(refusal))).into()),
    }
}

/// The answer in the form of a revision: older ones have no `resultType`, and only objects as structured content.
#[cfg(feature = "http")]
pub(super) fn at(answer: CallToolResponse, revision: Revision) -> ServerResult {
    let mut result = ServerResult::from(answer);
    if revision.has_handshake() {
        result.strip_result_type_for_legacy_peer();
        result.strip_non_object_output_for_legacy_peer();
    }
    result
}

/// A refusal as a JSON-RPC error, for requests whose result cannot express an error.
pub(super) fn refused(error: &CallError) -> ErrorData {
    let code = ErrorCode(codes::of_refusal(error.code()));
    ErrorData::new(code, error.message().to_owned(), Some(error.to_json()))
}

fn invalid_params(message: Cow<'static, str>, error: &CallError) -> ErrorData {
    ErrorData::invalid_params(message, Some(error.to_json()))
}

fn call_tool_result(response: ToolResponse) -> CallToolResult {
    let (content, structured, error) = response.into_parts();
    let content = content.into_iter().map(content_block).collect();
    if let Some(error) = error {
        let mut meta = MetaObject::new();
        meta.insert(REFUSAL.into(), error.to_json());
        let mut result = CallToolResult::error(content);
        result.meta = Some(meta);
        result
    } else {
        let mut result = CallToolResult::success(content);
        result.structured_content = structured;
        result
    }
}

pub(super) fn content_block(content: Content) -> ContentBlock {
    match content {
        Content::Text { text } => ContentBlock::text(text),
        Content::Image { data, mime_type } => ContentBlock::image(data, mime_type),
        Content::Audio { data, mime_type } => ContentBlock::Audio(AudioContent::new(data, mime_type)),
        Content::ResourceLink { uri, name, title, description, mime_type } => {
            let mut link = Resource::new(uri, name);
            link.title = title;
            link.description = description;
            link.mime_type = mime_type.map(Cow::into_owned);
            ContentBlock::ResourceLink(link)
        }
        Content::Resource { resource } => ContentBlock::resource(super::resources::contents_of(&resource)),
    }
}

pub(super) fn request_id(id: &rmcp::model::RequestId) -> RequestId<'_> {
    match id {
        rmcp::model::RequestId::Number(id) => RequestId::Number(*id),
        rmcp::model::RequestId::String(id) => RequestId::Text(id),
    }
}

/// The token by which a client distinguishes its calls, unless it is too long.
pub(super) fn progress_token(token: rmcp::model::ProgressToken) -> Option<ProgressToken> {
    let token = match token.0 {
        rmcp::model::NumberOrString::Number(number) => ProgressToken::Number(number),
        rmcp::model::NumberOrString::String(text) => ProgressToken::Text((*text).into()),
    };
    token.bounded()
}

/// The key by which a client recognizes a call.
pub(super) fn idempotency_key(meta: &RequestMetaObject) -> Option<ClientKey> {
    let key = meta.get(IDEMPOTENCY_KEY).filter(|key| !key.is_null())?;
    Some(ClientKey::deserialize(key).unwrap_or(ClientKey::Invalid))
}

/// A question as the form that a client shows. What it shows by argument is in `_meta`, for clients that show it in their own way.
pub(super) fn form(text: &str, fields: &[QuestionField], form: Option<&Value>) -> ElicitRequestParams {
    let schema = match form {
        // The form was checked when the server was built. If it cannot be converted, nothing can be filled in, and the call is refused.
        Some(form) => ElicitationSchema::deserialize(form)
            .unwrap_or_else(|_| ElicitationSchema::new(std::collections::BTreeMap::new())),
        None => ElicitationSchema::builder()
            .required_bool_with(CONFIRM, |field| field.title("Yes, do it").with_default(false))
            .build_unchecked(),
    };
    let meta = (!fields.is_empty()).then(|| {
        let mut meta = RequestMetaObject::default();
        meta.insert(FIELDS.to_owned(), fields.iter().map(|field| json!(field)).collect());
        meta
    });
    ElicitRequestParams::FormElicitationParams { meta, message: text.to_owned(), requested_schema: schema }
}

/// The reply of a person to a form. A value that is not an object counts as not filled in.
pub(super) fn reply(result: ElicitResult) -> Reply {
    match (result.action, result.content) {
        (ElicitationAction::Accept, None) => Reply::Accept(Map::new()),
        (ElicitationAction::Accept, Some(Value::Object(form))) => Reply::Accept(form),
        _ => Reply::Decline,
    }
}

/// A question as a multi-round result (MCP 2026-07-28).
fn input_required(text: &str, fields: &[QuestionField], filled: Option<&Value>, state: &str) -> InputRequiredResult {
    let asks = if filled.is_some() { Asks::Values } else { Asks::Confirmation };
    let request = InputRequest::Elicitation(ElicitRequest::new(form(text, fields, filled)));
    InputRequiredResult::new(Some(InputRequests::from([(asks.key().to_owned(), request)])), Some(state.to_owned()))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::to_value;

    use super::*;
    use crate::{
        CallId, Masked, ResourceContents, Stage, guard::refusal::Refusal, output::Released, validate::Problem,
    };

    fn released(texts: &[&str], structured: Option<Value>) -> Released {
        let content = texts.iter().map(|text| Content::text((*text).to_owned())).collect();
        Released {
            content,
            voices: Vec::new(),
            structured,
            file: None,
            bytes: 0,
            copied: 0,
            masked: Masked::default(),
            cleaned: Masked::default(),
            inspected: Masked::default(),
            repeated: false,
        }
    }

    fn refused(code: Code) -> Refusal {
        Refusal::new(code, Stage::Switch, "rule").cause("a secret".into())
    }

    /// Within the process and over MCP an outcome looks the same: two serializations that know nothing of each other.
    #[test]
    fn a_response_is_serialized_as_the_tool_result_of_mcp() {
        let problems = vec![Problem::new("/a", "must be there"), Problem::new("", "is too long")];
        let call_id = CallId::next();
        for result in [
            Ok(released(&[], None)),
            Ok(released(&["one", "two \"\u{1F980}\n"], None)),
            Ok(released(&["{}"], Some(json!({"result": [1, null]})))),
            Ok(released(&["null"], Some(Value::Null))),
            Ok(Released {
                content: vec![
                    Content::Audio { data: "AAAA".into(), mime_type: "audio/wav".into() },
                    Content::text("between".into()),
                    Content::Image { data: "AAAA".into(), mime_type: "image/png".into() },
                    Content::Resource { resource: ResourceContents::of_text("notes://7".into(), "text".into()) },
                    Content::Resource { resource: ResourceContents::of_base64("notes://8".into(), "AAAA".into()) },
                    Content::ResourceLink {
                        uri: "notes://7".into(),
                        name: "note".into(),
                        title: Some("Note 7".into()),
                        description: None,
                        mime_type: Some("text/plain".into()),
                    },
                ],
                ..released(&[], None)
            }),
            Err(refused(Code::Internal)),
            Err(refused(Code::RateLimited).retry_after(Duration::from_millis(1500))),
            Err(refused(Code::InsufficientScope).scopes(vec!["a:b".into(), "c:d".into()])),
            Err(refused(Code::InvalidArguments).message("No.").problems(problems)),
        ] {
            let response = ToolResponse::new(call_id, result);
            let ours = to_value(&response).unwrap();
            assert!(!ours.to_string().contains("secret") && !format!("{response:?}").contains("secret"));
            assert_eq!(ours, to_value(call_tool_result(response)).unwrap());
        }
    }
}
