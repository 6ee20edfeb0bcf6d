//! The server that the official conformance suite of MCP is run against: see `run` beside the manifest.
//!
//! The suite calls tools by names of its own and sends no credential. What it calls is public here where it can be; what asks somebody
//! before it runs needs a caller who answers for it, so on loopback, in this process only, a request without a credential is the suite's. There is
//! no door without a guard: what the library does not offer is listed in `expected-*.yml`, with the reason.

use std::{io::Write, sync::Arc, time::Duration};

use http::{header::AUTHORIZATION, request::Parts};
use secure_tool::{
    http::{AuthError, Authenticator, HttpOptions},
    prelude::*,
};

/// Whoever has no credential is the suite; whoever has one is somebody else.
struct OnlyTheSuite(Arc<Caller>);

impl Authenticator for OnlyTheSuite {
    async fn authenticate(&self, request: &Parts) -> Result<Arc<Caller>, AuthError> {
        if request.headers.contains_key(AUTHORIZATION) { Err(AuthError::Invalid) } else { Ok(Arc::clone(&self.0)) }
    }
}

struct Suite;

impl Suite {
    /// Answer with a text.
    #[secure_tool(scope = public("the suite has no credential"), owner = unowned("a fixed text"), read_only, rate = 6000/minute)]
    async fn test_simple_text(&self) -> &'static str {
        "This is a simple text response for testing."
    }

    /// Fail.
    #[secure_tool(scope = public("the suite has no credential"), owner = unowned("a fixed text"), read_only, rate = 6000/minute)]
    async fn test_error_handling(&self) -> Result<(), ToolError> {
        Err(ToolError::invalid("This tool intentionally returns an error for testing"))
    }

    /// Do something that other servers log.
    #[secure_tool(scope = public("the suite has no credential"), owner = unowned("a fixed text"), read_only, rate = 6000/minute)]
    async fn test_logging_tool(&self) -> &'static str {
        "done, and nothing was logged to the client"
    }

    /// Report how far it is, in three steps.
    #[secure_tool(scope = public("the suite has no credential"), owner = unowned("a fixed text"), read_only, rate = 6000/minute)]
    async fn test_tool_with_progress(&self, progress: &Progress) -> &'static str {
        for done in [0, 50, 100] {
            progress.report(done, 100, "working");
            // More often than ten times a second, the suite would not be told of each.
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        "done"
    }

    /// Ask the person at the client before it runs; the suite looks at the stream meanwhile.
    #[secure_tool(scope = "suite:ask", owner = unowned("a fixed text"), confirm = "Go on?", rate = 6000/minute)]
    async fn test_streaming_elicitation(&self) -> &'static str {
        "confirmed"
    }

    /// Ask the person at the client before it runs.
    #[secure_tool(scope = "suite:ask", owner = unowned("a fixed text"), confirm = "Go on?", rate = 6000/minute)]
    async fn test_input_required_result_elicitation(&self) -> &'static str {
        "confirmed"
    }

    /// Ask the person at the client, under a state that the suite forges.
    #[secure_tool(scope = "suite:ask", owner = unowned("a fixed text"), confirm = "Go on?", rate = 6000/minute)]
    async fn test_input_required_result_tampered_state(&self) -> &'static str {
        "confirmed"
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let server = SecureServer::builder(Suite)
        .name("secure-tool-conformance")
        .tool(Suite::test_simple_text())
        .tool(Suite::test_error_handling())
        .tool(Suite::test_logging_tool())
        .tool(Suite::test_tool_with_progress())
        .tool(Suite::test_streaming_elicitation())
        .tool(Suite::test_input_required_result_elicitation())
        .tool(Suite::test_input_required_result_tampered_state())
        .allow_writes()
        .build()?;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    // The only line on standard output: the script waits for it.
    writeln!(std::io::stdout(), "http://{}/mcp", listener.local_addr()?)?;
    let suite = Caller::new("conformance suite").with_scopes(["suite:ask"]);
    Ok(server.serve_http(listener, OnlyTheSuite(Arc::new(suite)), HttpOptions::default()).await?)
}
