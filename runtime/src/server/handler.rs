//! The rmcp handler of a server: only the requests that the guard covers.

use std::{borrow::Cow, sync::Arc};

use rmcp::{
    ErrorData, RoleServer, ServerHandler,
    model::{
        CacheScope, CallToolRequestParams, CallToolResponse, CompleteRequestParams, CompleteResult, CustomRequest,
        CustomResult, ErrorCode, GetPromptRequestParams, GetPromptResponse, ListPromptsResult,
        ListResourceTemplatesResult, ListResourcesResult, ListToolsResult, PaginatedRequestParams, ProtocolVersion,
        ReadResourceRequestParams, ReadResourceResponse, Reference, ServerConfig,
    },
    service::RequestContext,
};
use serde_json::Map;

use super::{About, Revision, SecureServer, Shown, asking::Connection, completion, prompts, resources, rmcp_model};
use crate::{
    CallError, Caller, CompletionRef,
    catalog::Kind,
    confirm::NonInteractive,
    guard::{
        Context, Guard, Request, Target, Unlimited,
        trace::{Origin, TraceParent},
    },
    identity::Principal,
    progress::{Listener, ProgressSink},
    wire::MessageError,
};

pub(super) struct Handler<S> {
    guard: Arc<Guard<S>>,
    about: Arc<About>,
    /// The caller at the other end of the pipe.
    caller: Arc<Caller>,
    /// Where progress reports are sent.
    progress: Arc<dyn ProgressSink>,
}

impl<S> Handler<S> {
    pub(super) fn new(server: &SecureServer<S>, caller: Caller, progress: Arc<dyn ProgressSink>) -> Self {
        Self { guard: Arc::clone(&server.guard), about: Arc::clone(&server.about), caller: Arc::new(caller), progress }
    }

    fn listener(&self, context: &RequestContext<RoleServer>) -> Option<Listener> {
        let token = rmcp_model::progress_token(context.meta.get_progress_token()?)?;
        Some(Listener { token, sink: Arc::clone(&self.progress) })
    }

    fn principal(&self) -> Principal {
        Principal::Caller(Arc::clone(&self.caller))
    }

    /// The context of a request that cannot ask a person.
    fn asked<'r>(&self, context: &'r RequestContext<RoleServer>, version: Option<&'r ProtocolVersion>) -> Context<'r> {
        Context {
            principal: self.principal(),
            client: &NonInteractive,
            room: &Unlimited,
            listener: self.listener(context),
            idempotency_key: rmcp_model::idempotency_key(&context.meta),
            cancelled: context.ct.clone(),
            until: None,
            origin: Self::origin(context, version),
        }
    }

    fn origin<'r>(context: &'r RequestContext<RoleServer>, version: Option<&'r ProtocolVersion>) -> Origin<'r> {
        let parent = context.meta.get_traceparent().and_then(TraceParent::parse);
        Origin {
            transport: Some("pipe"),
            protocol_version: version.map(ProtocolVersion::as_str),
            request_id: Some(rmcp_model::request_id(&context.id)),
            #[cfg(feature = "otel")]
            remote: crate::telemetry::Remote::of_meta(parent.as_ref(), context.meta.get_tracestate()),
            parent,
        }
    }
}

impl<S: Send + Sync + 'static> ServerHandler for Handler<S> {
    fn get_info(&self) -> ServerConfig {
        self.about.info.clone()
    }

    fn supported_protocol_versions(&self) -> Cow<'static, [ProtocolVersion]> {
        Cow::Owned(Revision::SERVED.map(Revision::to_rmcp).into())
    }

    async fn call_tool(
        &self,
        mut request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let arguments = request.arguments.take().unwrap_or_default();
        let version = context.protocol_version();
        let outcome = self
            .guard
            .call(Request {
                target: Target::Named(Kind::Tool, &request.name),
                arguments,
                context: Context {
                    client: &Connection { params: &request, context: &context },
                    ..self.asked(&context, version.as_ref())
                },
            })
            .await;
        rmcp_model::call_tool_response(outcome)
    }

    async fn list_tools(
        &self,
        request: Option<PaginatedRequestParams>,
        _context: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        first_page(request)?;
        let principal = self.principal();
        let tools = self.about.tools.list(self.guard.visible(Kind::Tool, &principal));
        let mut list = ListToolsResult::with_all_items(tools);
        // The list depends on the caller and on switches, so it must not be cached or shared.
        list.cache_scope = Some(CacheScope::Private);
        list.ttl_ms = Some(0);
        Ok(list)
    }

    async fn list_prompts(
        &self,
        request: Option<PaginatedRequestParams>,
        context: RequestContext<RoleServer>,
    ) -> Result<ListPromptsResult, ErrorData> {
        // rmcp would answer with an empty list even if the server announces no prompts.
        let prompts = self.about.prompts.as_ref().ok_or_else(not_found)?;
        first_page(request)?;
        let version = context.protocol_version();
        let listed = prompts.list(&self.guard, &self.principal(), Shown::Callable);
        Ok(prompts::list_result(listed, revision(version.as_ref())))
    }

    async fn get_prompt(
        &self,
        request: GetPromptRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<GetPromptResponse, ErrorData> {
        if self.about.prompts.is_none() {
            return Err(not_found());
        }
        let version = context.protocol_version();
        let outcome = self
            .guard
            .call(Request {
                target: Target::Named(Kind::Prompt, &request.name),
                arguments: request.arguments.unwrap_or_default(),
                context: self.asked(&context, version.as_ref()),
            })
            .await;
        prompts::get_result(outcome).map(Into::into)
    }

    async fn list_resources(
        &self,
        request: Option<PaginatedRequestParams>,
        context: RequestContext<RoleServer>,
    ) -> Result<ListResourcesResult, ErrorData> {
        let resources = self.about.resources.as_ref().ok_or_else(not_found)?;
        first_page(request)?;
        let version = context.protocol_version();
        let (asked, revision) = (self.asked(&context, version.as_ref()), revision(version.as_ref()));
        match resources.list(&self.guard, &asked, Shown::Callable).await {
            Ok(entries) => Ok(resources::list_result(entries, revision)),
            Err((call_id, refusal)) => Err(resources::refused(&CallError::new(call_id, refusal), revision)),
        }
    }

    async fn list_resource_templates(
        &self,
        request: Option<PaginatedRequestParams>,
        context: RequestContext<RoleServer>,
    ) -> Result<ListResourceTemplatesResult, ErrorData> {
        let resources = self.about.resources.as_ref().ok_or_else(not_found)?;
        first_page(request)?;
        let version = context.protocol_version();
        let templates = resources.templates(&self.guard, &self.principal(), Shown::Callable);
        Ok(resources::templates_result(templates, revision(version.as_ref())))
    }

    async fn read_resource(
        &self,
        request: ReadResourceRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<ReadResourceResponse, ErrorData> {
        if self.about.resources.is_none() {
            return Err(not_found());
        }
        let version = context.protocol_version();
        let asked = self.asked(&context, version.as_ref());
        let request_of = Request { target: Target::Uri(&request.uri), arguments: Map::new(), context: asked };
        let outcome = self.guard.call(request_of).await;
        resources::read_result(&request.uri, outcome, revision(version.as_ref())).map(Into::into)
    }

    async fn complete(
        &self,
        CompleteRequestParams { r#ref: of, argument, .. }: CompleteRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CompleteResult, ErrorData> {
        if !self.about.completes {
            return Err(not_found());
        }
        let of = match &of {
            Reference::Prompt(prompt) => CompletionRef::Prompt(&prompt.name),
            Reference::Resource(resource) => CompletionRef::Resource(&resource.uri),
            _ => return Err(ErrorData::invalid_params(MessageError::InvalidParams.sentence(), None)),
        };
        let version = context.protocol_version();
        let asked = self.asked(&context, version.as_ref());
        let outcome = self.guard.call(completion::request(of, &argument.name, &argument.value, asked)).await;
        completion::result(outcome)
    }

    /// rmcp would repeat the name of the method.
    async fn on_custom_request(
        &self,
        _request: CustomRequest,
        _context: RequestContext<RoleServer>,
    ) -> Result<CustomResult, ErrorData> {
        Err(not_found())
    }
}

fn revision(version: Option<&ProtocolVersion>) -> Revision {
    version.and_then(|version| Revision::parse(version.as_str())).unwrap_or(Revision::FALLBACK)
}

/// Every list has one page.
///
/// # Errors
///
/// If another page is requested.
fn first_page(request: Option<PaginatedRequestParams>) -> Result<(), ErrorData> {
    let cursor = request.and_then(|request| request.cursor);
    cursor.map_or(Ok(()), |_| Err(error(MessageError::UnknownCursor)))
}

fn not_found() -> ErrorData {
    error(MessageError::UnknownMethod)
}

fn error(error: MessageError) -> ErrorData {
    ErrorData::new(ErrorCode(error.code()), error.sentence(), None)
}
