//! The tool that is measured, implemented with plain rmcp, and its body, which the guarded tools call as well.

use rmcp::{
    ServerHandler,
    handler::server::{
        router::tool::ToolRouter,
        wrapper::{Json, Parameters},
    },
    tool, tool_handler, tool_router,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a search looks for.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Status {
    Open,
    Paid,
}

/// What a search finds.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Found {
    status: Status,
    query: String,
    total: u32,
    page: u32,
}

pub(crate) fn search(status: Status, query: String, limit: u32, page: Option<u32>) -> Found {
    Found { status, query, total: limit, page: page.unwrap_or(1) }
}

#[derive(Clone)]
pub(crate) struct Plain {
    pub(crate) router: ToolRouter<Self>,
}

impl Plain {
    pub(crate) fn new() -> Self {
        Self { router: Self::tool_router() }
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
struct Arguments {
    /// Which invoices.
    status: Status,
    /// What to look for.
    query: String,
    /// How many at most.
    limit: u32,
    /// Which page.
    page: Option<u32>,
}

#[tool_router]
impl Plain {
    /// Search the caller's invoices.
    #[tool]
    async fn search(&self, Parameters(arguments): Parameters<Arguments>) -> Json<Found> {
        Json(search(arguments.status, arguments.query, arguments.limit, arguments.page))
    }
}

#[tool_handler(router = self.router)]
impl ServerHandler for Plain {}
