//! The protocol's side of a server: what rmcp asks, and nothing that it could ask besides.

use std::{borrow::Cow, sync::Arc};

use rmcp::{
    ErrorData, RoleServer, ServerHandler,
    model::{
        CacheScope, CallToolRequestParams, CallToolResponse, CompleteRequestParams, CompleteResult, CustomRequest,
        CustomResult, ErrorCode, ListPromptsResult, ListResourceTemplatesResult, ListResourcesResult, ListToolsResult,
        PaginatedRequestParams, ProtocolVersion, ServerConfig,
    },
    service::RequestContext,
};

use super::{About, Revision, SecureServer, asking::Connection, rmcp_model};
use crate::{
    Caller,
    catalog::Kind,
    guard::{
        Guard, Request, Unlimited,
        trace::{Origin, TraceParent},
    },
    identity::Principal,
    progress::{Listener, ProgressSink},
    wire::MessageError,
};

pub(super) struct Handler<S> {
    guard: Arc<Guard<S>>,
    about: Arc<About>,
    /// Who is at the other end of the pipe.
    caller: Arc<Caller>,
    /// Where the client is told how far its calls are.
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
                kind: Kind::Tool,
                name: &request.name,
                arguments,
                client: &Connection { params: &request, context: &context },
                room: &Unlimited,
                listener: self.listener(&context),
                principal: self.principal(),
                cancelled: context.ct.clone(),
                origin: Self::origin(&context, version.as_ref()),
            })
            .await;
        rmcp_model::call_tool_response(outcome)
    }

    async fn list_tools(
        &self,
        _request: Option<PaginatedRequestParams>,
        _context: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        let principal = self.principal();
        let tools = self.about.tools.list(self.guard.visible(Kind::Tool, &principal));
        let mut list = ListToolsResult::with_all_items(tools);
        // The list depends on the caller and on switches: nobody else may be shown it, and nobody may keep it.
        list.cache_scope = Some(CacheScope::Private);
        list.ttl_ms = Some(0);
        Ok(list)
    }

    /// rmcp would answer with an empty list, although the server says that it has no prompts.
    async fn list_prompts(
        &self,
        _request: Option<PaginatedRequestParams>,
        _context: RequestContext<RoleServer>,
    ) -> Result<ListPromptsResult, ErrorData> {
        Err(not_found())
    }

    /// As with prompts.
    async fn list_resources(
        &self,
        _request: Option<PaginatedRequestParams>,
        _context: RequestContext<RoleServer>,
    ) -> Result<ListResourcesResult, ErrorData> {
        Err(not_found())
    }

    /// As with prompts.
    async fn list_resource_templates(
        &self,
        _request: Option<PaginatedRequestParams>,
        _context: RequestContext<RoleServer>,
    ) -> Result<ListResourceTemplatesResult, ErrorData> {
        Err(not_found())
    }

    async fn complete(
        &self,
        _request: CompleteRequestParams,
        _context: RequestContext<RoleServer>,
    ) -> Result<CompleteResult, ErrorData> {
        Err(not_found())
    }

    /// rmcp would repeat the method's name.
    async fn on_custom_request(
        &self,
        _request: CustomRequest,
        _context: RequestContext<RoleServer>,
    ) -> Result<CustomResult, ErrorData> {
        Err(not_found())
    }
}

fn not_found() -> ErrorData {
    let error = MessageError::UnknownMethod;
    ErrorData::new(ErrorCode(error.code()), error.sentence(), None)
}
