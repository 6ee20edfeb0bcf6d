//! The two servers: the same tools behind the guard and in plain rmcp.

use std::{borrow::Cow, net::SocketAddr, sync::Arc};

use axum::Router;
use rmcp::{
    ErrorData, RoleServer, ServerHandler,
    model::{
        CacheScope, CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock, Implementation,
        ListToolsResult, PaginatedRequestParams, ProtocolVersion, ServerCapabilities, ServerConfig, Tool,
    },
    service::RequestContext,
    transport::streamable_http_server::{
        StreamableHttpServerConfig, StreamableHttpService, session::never::NeverSessionManager,
    },
};
use secure_tool::{MemorySink, Rate, Unit, http::HttpOptions, prelude::*};
use secure_tool_tests::clients::HttpServer;
use serde_json::{Value, json};
use tokio::{net::TcpListener, task::JoinHandle};

const HOSTS: [&str; 3] = ["localhost", "127.0.0.1", "::1"];
const ORIGINS: [&str; 1] = ["http://localhost:*"];

struct Guarded;

impl Guarded {
    /// Say back what was said.
    #[secure_tool(scope = "desk:test", owner = unowned("an echo belongs to nobody"), rate = 1000000/minute, read_only)]
    async fn echo(
        &self,
        /// What to say.
        text: String,
    ) -> String {
        text
    }

    /// Add two numbers.
    #[secure_tool(scope = "desk:test", owner = unowned("numbers belong to nobody"), rate = 1000000/minute, read_only)]
    async fn sum(
        &self,
        /// The one.
        a: i32,
        /// The other.
        b: i32,
    ) -> Json<i64> {
        Json(i64::from(a) + i64::from(b))
    }
}

/// The same tools by hand, whose list is what a client was shown by the other server.
struct Plain {
    tools: Vec<Tool>,
}

impl ServerHandler for Plain {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
            .with_server_info(Implementation::new("desk", env!("CARGO_PKG_VERSION")))
    }

    fn supported_protocol_versions(&self) -> Cow<'static, [ProtocolVersion]> {
        Cow::Owned(vec![ProtocolVersion::V_2025_06_18, ProtocolVersion::V_2025_11_25, ProtocolVersion::V_2026_07_28])
    }

    async fn list_tools(
        &self,
        _: Option<PaginatedRequestParams>,
        context: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        let mut list = ListToolsResult::with_all_items(self.tools.clone());
        // rmcp leaves it to the handler to say nothing that an older client does not know.
        if context.protocol_version().is_some_and(|version| !version.has_initialize()) {
            list.cache_scope = Some(CacheScope::Private);
            list.ttl_ms = Some(0);
        }
        Ok(list)
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let arguments = Value::Object(request.arguments.unwrap_or_default());
        let number = |name: &str| arguments.get(name).and_then(Value::as_i64);
        match &*request.name {
            "echo" if let Some(text) = arguments.get("text").and_then(Value::as_str) => {
                Ok(CallToolResult::success(vec![ContentBlock::text(text)]).into())
            }
            "sum" if let (Some(a), Some(b)) = (number("a"), number("b")) => {
                let mut result = CallToolResult::structured(json!({"result": a + b}));
                result.content = vec![ContentBlock::text((a + b).to_string())];
                Ok(result.into())
            }
            "echo" | "sum" => Ok(CallToolResult::error(vec![ContentBlock::text("wrong arguments")]).into()),
            _ => Err(ErrorData::invalid_params("unknown tool", None)),
        }
    }

    fn get_tool(&self, name: &str) -> Option<Tool> {
        self.tools.iter().find(|tool| tool.name == name).cloned()
    }
}

/// Both of them, as long as this lives.
pub struct Servers {
    pub ours: HttpServer,
    pub plain: SocketAddr,
    task: JoinHandle<()>,
}

impl Servers {
    pub async fn start() -> Self {
        let server = SecureServer::builder(Guarded)
            .name("desk")
            .version(env!("CARGO_PKG_VERSION"))
            .rate_cells(1 << 10)
            .tool(Guarded::echo())
            .tool(Guarded::sum())
            .audit(MemorySink::new(10))
            .build()
            .unwrap();
        let options = HttpOptions::default()
            .hosts(HOSTS)
            .origins(ORIGINS)
            .requests_per_address(Rate::new(1_000_000, Unit::Second))
            .unwrap()
            .requests_per_caller(Rate::new(1_000_000, Unit::Second))
            .unwrap();
        let ours = HttpServer::start(&server, options).await.unwrap();
        let client = ours.connect(secure_tool_tests::clients::ALICE).await.unwrap();
        let tools = secure_tool_tests::clients::list(&client).await.unwrap();
        let handler = Arc::new(Plain { tools });
        let config = StreamableHttpServerConfig::default()
            .with_legacy_session_mode(false)
            .with_json_response(true)
            .with_allowed_hosts(HOSTS)
            .with_allowed_origins(ORIGINS);
        let service = StreamableHttpService::new(
            move || Ok(Arc::clone(&handler)),
            Arc::new(NeverSessionManager::default()),
            config,
        );
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let plain = listener.local_addr().unwrap();
        let router = Router::new().route_service("/mcp", service);
        let task = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { ours, plain, task }
    }
}

impl Drop for Servers {
    fn drop(&mut self) {
        self.task.abort();
    }
}
