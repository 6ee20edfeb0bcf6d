//! The responses of the HTTP endpoint as JSON: the translation between the guard and the protocol for our own transport.

use std::{borrow::Cow, sync::Arc};

use rmcp::model::{DiscoverResult, ElicitResult, ErrorCode, ErrorData, ProtocolVersion};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json, value::RawValue};

use super::{About, Revision, SecureServer, completion, prompts, resources, rmcp_model, tools::Shown};
use crate::{
    CallError, CallId, CompletionRef, Question, Reply,
    catalog::Kind,
    guard::{Context, Guard, Outcome, Request, Target, no_room, refusal::Refusal},
    identity::Principal,
    wire::{Id, MessageError, Reference, Typed},
};

/// A JSON-RPC error.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct RpcError(ErrorData);

impl RpcError {
    pub(crate) fn invalid_request(sentence: impl Into<Cow<'static, str>>) -> Self {
        Self(ErrorData::invalid_request(sentence, None))
    }

    pub(crate) fn invalid_params(sentence: impl Into<Cow<'static, str>>) -> Self {
        Self(ErrorData::invalid_params(sentence, None))
    }

    /// The header with this MCP name is missing or does not match the message.
    pub(crate) fn header_mismatch(header: &str) -> Self {
        Self(ErrorData::header_mismatch(format!("the header {header} is missing or does not match the message"), None))
    }

    /// The client requested a revision that is not supported, and is told which are. MCP requires that the requested one is repeated, which is done
    /// if it could be the name of a revision.
    pub(crate) fn unsupported_revision(requested: &str) -> Self {
        const LONGEST: usize = 32;
        let could_be = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
        let is_name = requested.len() <= LONGEST && requested.bytes().all(could_be);
        let supported = Revision::SERVED.map(Revision::as_str);
        let data = json!({ "requested": if is_name { requested } else { "" }, "supported": supported });
        Self(ErrorData::new(ErrorCode::UNSUPPORTED_PROTOCOL_VERSION, "Unsupported protocol version", Some(data)))
    }

    pub(crate) fn internal() -> Self {
        Self(ErrorData::internal_error("internal error", None))
    }

    /// A server-defined error (JSON-RPC 2.0, section 5.1), with data for programs.
    pub(crate) fn of_server(code: i32, sentence: &'static str, data: Option<Value>) -> Self {
        Self(ErrorData::new(ErrorCode(code), sentence, data))
    }
}

impl From<MessageError> for RpcError {
    fn from(error: MessageError) -> Self {
        Self(ErrorData::new(ErrorCode(error.code()), error.sentence(), None))
    }
}

#[derive(Serialize)]
struct Response<'a, R> {
    jsonrpc: &'static str,
    id: &'a Id,
    result: R,
}

#[derive(Serialize)]
struct Failure<'a> {
    jsonrpc: &'static str,
    id: Option<&'a Id>,
    error: &'a RpcError,
}

/// A response as it is sent.
pub(crate) fn response(id: &Id, result: &impl Serialize) -> Vec<u8> {
    bytes(&Response { jsonrpc: "2.0", id, result })
}

/// An error as it is sent. The id is null if the request's is not known (JSON-RPC 2.0, section 5); MCP 2026-07-28 allows it to be left out, but the
/// Python client does not show an error without one.
pub(crate) fn failure(id: Option<&Id>, error: &RpcError) -> Vec<u8> {
    bytes(&Failure { jsonrpc: "2.0", id, error })
}

/// All types here have string keys, so serialization cannot fail.
fn bytes(message: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(message).unwrap_or_default()
}

/// A request of a client that passes the guard.
pub(crate) enum Asked {
    /// A call of the tool with this name.
    Tool(String),
    /// The resource at this URI.
    Resource(String),
    /// The list of resources.
    Resources(Shown),
    /// The messages of the prompt with this name.
    Prompt(String),
    /// Completions for an argument.
    Completion(Reference, Typed),
}

/// The end of a call.
pub(crate) struct Ended {
    /// The response.
    pub(crate) bytes: Vec<u8>,
    /// Why it was refused, if it was.
    pub(crate) refusal: Option<Refusal>,
    /// The data of a refusal, for programs.
    pub(crate) details: Option<Value>,
    /// The call, if it may have written.
    pub(crate) may_have_written: Option<CallId>,
}

/// Answers the requests to one server.
pub(crate) struct Answers<S> {
    pub(crate) guard: Arc<Guard<S>>,
    about: Arc<About>,
    discovered: Box<RawValue>,
}

impl<S: Send + Sync + 'static> Answers<S> {
    pub(crate) fn new(server: &SecureServer<S>) -> Self {
        let versions: Vec<ProtocolVersion> = Revision::SERVED.map(Revision::to_rmcp).into();
        let discovered = DiscoverResult::from_server_info(versions, server.about.info.clone());
        let discovered = serde_json::value::to_raw_value(&discovered).unwrap_or_default();
        Self { guard: Arc::clone(&server.guard), about: Arc::clone(&server.about), discovered }
    }

    /// The result of a handshake, at this revision.
    pub(crate) fn initialize(&self, id: &Id, revision: Revision) -> Vec<u8> {
        let mut info = self.about.info.clone();
        info.protocol_version = revision.to_rmcp();
        response(id, &info)
    }

    /// Describes the server and what it offers (MCP 2026-07-28).
    pub(crate) fn discover(&self, id: &Id) -> Vec<u8> {
        response(id, &self.discovered)
    }

    /// The tools that the principal may call, or all that it could call with more scopes.
    pub(crate) fn list_tools(&self, id: &Id, principal: &Principal, revision: Revision, shown: Shown) -> Vec<u8> {
        let items: Box<dyn Iterator<Item = _>> = match shown {
            Shown::Callable => Box::new(self.guard.visible(Kind::Tool, principal)),
            Shown::All => Box::new(self.guard.present(Kind::Tool, principal)),
        };
        response(id, &self.about.tools.listed(items, revision, shown))
    }

    /// Whether the requested item may report progress.
    pub(crate) fn reports_progress(&self, asked: &Asked) -> bool {
        let catalog = &self.guard.catalog;
        match asked {
            Asked::Tool(name) => catalog.get(Kind::Tool, name).is_some_and(|item| item.spec.progress),
            Asked::Resource(_) => catalog.of(Kind::Resource).any(|item| item.spec.progress),
            Asked::Prompt(name) => catalog.get(Kind::Prompt, name).is_some_and(|item| item.spec.progress),
            Asked::Resources(_) | Asked::Completion(..) => false,
        }
    }

    /// Whether there are methods for resources.
    pub(crate) fn offers_resources(&self) -> bool {
        self.about.resources.is_some()
    }

    /// The templates that the principal may read from, or all that it could read from with more scopes.
    pub(crate) fn list_resource_templates(
        &self,
        id: &Id,
        principal: &Principal,
        revision: Revision,
        shown: Shown,
    ) -> Vec<u8> {
        let templates = self.about.resources.as_ref().map(|all| all.templates(&self.guard, principal, shown));
        let list = resources::templates_result(templates.unwrap_or_default(), revision);
        response(id, &resources::at(list.into(), revision))
    }

    /// Whether there are methods for prompts.
    pub(crate) fn offers_prompts(&self) -> bool {
        self.about.prompts.is_some()
    }

    /// Whether there is a method for completion.
    pub(crate) fn offers_completions(&self) -> bool {
        self.about.completes
    }

    /// The prompts that the principal may get, or all that it could get with more scopes.
    pub(crate) fn list_prompts(&self, id: &Id, principal: &Principal, revision: Revision, shown: Shown) -> Vec<u8> {
        let prompts = self.about.prompts.as_ref().map(|all| all.list(&self.guard, principal, shown));
        let list = prompts::list_result(prompts.unwrap_or_default(), revision);
        response(id, &resources::at(list.into(), revision))
    }

    /// Passes a request of a client through the guard.
    pub(crate) async fn answer(
        &self,
        id: &Id,
        asked: &Asked,
        arguments: Map<String, Value>,
        context: Context<'_>,
        revision: Revision,
    ) -> Ended {
        match asked {
            Asked::Tool(name) => {
                let target = Target::Named(Kind::Tool, name);
                let outcome = self.guard.call(Request { target, arguments, context }).await;
                let (refusal, details) = refused(&outcome);
                let may_have_written = outcome.may_have_written.then_some(outcome.call_id);
                let bytes = match rmcp_model::call_tool_response(outcome) {
                    Ok(answer) => response(id, &rmcp_model::at(answer, revision)),
                    Err(error) => failure(Some(id), &RpcError(error)),
                };
                Ended { bytes, refusal, details, may_have_written }
            }
            Asked::Resource(uri) => {
                let request = Request { target: Target::Uri(uri), arguments: Map::new(), context };
                let outcome = self.guard.call(request).await;
                let (refusal, details) = refused(&outcome);
                let bytes = match resources::read_result(uri, outcome, revision) {
                    Ok(result) => response(id, &resources::at(result.into(), revision)),
                    Err(error) => failure(Some(id), &RpcError(error)),
                };
                Ended { bytes, refusal, details, may_have_written: None }
            }
            Asked::Prompt(name) => {
                let target = Target::Named(Kind::Prompt, name);
                let outcome = self.guard.call(Request { target, arguments, context }).await;
                let (refusal, details) = refused(&outcome);
                let bytes = match prompts::get_result(outcome) {
                    Ok(result) => response(id, &resources::at(result.into(), revision)),
                    Err(error) => failure(Some(id), &RpcError(error)),
                };
                Ended { bytes, refusal, details, may_have_written: None }
            }
            Asked::Completion(of, Typed { name, value }) => {
                let of = match of {
                    Reference::Prompt { name } => CompletionRef::Prompt(name),
                    Reference::Resource { uri } => CompletionRef::Resource(uri),
                };
                let outcome = self.guard.call(completion::request(of, name, value, context)).await;
                let (refusal, details) = refused(&outcome);
                let bytes = match completion::result(outcome) {
                    Ok(result) => response(id, &resources::at(result.into(), revision)),
                    Err(error) => failure(Some(id), &RpcError(error)),
                };
                Ended { bytes, refusal, details, may_have_written: None }
            }
            Asked::Resources(shown) => self.list_resources(id, &context, revision, *shown).await,
        }
    }

    async fn list_resources(&self, id: &Id, context: &Context<'_>, revision: Revision, shown: Shown) -> Ended {
        let Some(resources) = &self.about.resources else {
            let bytes = failure(Some(id), &MessageError::UnknownMethod.into());
            return Ended { bytes, refusal: None, details: None, may_have_written: None };
        };
        let (call_id, refusal) = match resources.list(&self.guard, context, shown).await {
            Ok(entries) => {
                let list = resources::list_result(entries, revision);
                let bytes = response(id, &resources::at(list.into(), revision));
                // The memory of the whole answer, each part of which was taken separately before.
                if context.room.take(bytes.len()) {
                    return Ended { bytes, refusal: None, details: None, may_have_written: None };
                }
                (CallId::next(), no_room())
            }
            Err(refused) => refused,
        };
        let error = CallError::new(call_id, refusal.clone());
        let bytes = failure(Some(id), &RpcError(resources::refused(&error, revision)));
        Ended { bytes, refusal: Some(refusal), details: Some(error.to_json()), may_have_written: None }
    }
}

/// Why a call was refused, for the status of its response.
fn refused(Outcome { call_id, result, .. }: &Outcome) -> (Option<Refusal>, Option<Value>) {
    let refusal = result.as_ref().err().cloned();
    let details = refusal.clone().map(|refusal| CallError::new(*call_id, refusal).to_json());
    (refusal, details)
}

/// A question to a client of an older protocol, as a request with this id.
pub(crate) fn elicitation(id: &str, question: &Question) -> Vec<u8> {
    #[derive(Serialize)]
    struct Elicitation<'a> {
        jsonrpc: &'static str,
        id: &'a str,
        method: &'static str,
        params: rmcp::model::ElicitRequestParams,
    }
    bytes(&Elicitation {
        jsonrpc: "2.0",
        id,
        method: "elicitation/create",
        params: rmcp_model::form(&question.text, &question.fields, question.form.as_ref()),
    })
}

/// What a client sent back for a question. Anything that is not a valid answer counts as a no.
pub(crate) fn reply(answer: &Value) -> Reply {
    ElicitResult::deserialize(answer).map_or(Reply::Decline, rmcp_model::reply)
}
