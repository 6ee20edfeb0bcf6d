//! The server that the official conformance suite of MCP tests; see the script `run` in this folder.
//!
//! The suite prescribes the names of the items that it tests, and sends no credential. Items are public here where that is possible. Items that
//! ask a person before they run, or that offer values which belong to somebody, need a caller; so this server, which listens on loopback only,
//! treats a request without a credential as a request of the suite. The tests for features that the library does not offer are listed in
//! `expected-*.yml`, with the reason.

mod asking;
mod content;
mod prompts;
mod resources;

use std::{io::Write, sync::Arc};

use http::{header::AUTHORIZATION, request::Parts};
use secure_tool::{
    Rate, Unit,
    http::{AuthError, Authenticator, HttpOptions},
    prelude::*,
};

/// The smallest picture there is.
const PIXEL: &[u8] =
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89\0\0\0\rIDATx\x9cc\xf8\xcf\xc0\xf0\x1f\0\x05\0\x01\xff\x56\xc7\x2f\x0d\0\0\0\0IEND\xaeB`\x82";

/// A recording of nothing: one channel, 8000 samples of 8 bits a second.
const SILENCE: &[u8] = b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x40\x1f\0\0\x01\0\x08\0data\0\0\0\0";

/// What the caller is called.
const SUITE: &str = "conformance suite";

/// A request without a credential is the suite's; one with a credential is somebody else's.
struct OnlyTheSuite(Arc<Caller>);

impl Authenticator for OnlyTheSuite {
    async fn authenticate(&self, request: &Parts) -> Result<Arc<Caller>, AuthError> {
        if request.headers.contains_key(AUTHORIZATION) { Err(AuthError::Invalid) } else { Ok(Arc::clone(&self.0)) }
    }
}

struct Suite;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let server = SecureServer::builder(Suite)
        .name("secure-tool-conformance")
        .tool(Suite::test_simple_text())
        .tool(Suite::test_image_content())
        .tool(Suite::test_audio_content())
        .tool(Suite::test_embedded_resource())
        .tool(Suite::test_multiple_content_types())
        .tool(Suite::test_error_handling())
        .tool(Suite::test_logging_tool())
        .tool(Suite::test_tool_with_progress())
        .tool(Suite::test_streaming_elicitation())
        .tool(Suite::test_elicitation())
        .tool(Suite::test_elicitation_sep1034_defaults())
        .tool(Suite::test_elicitation_sep1330_enums())
        .tool(Suite::test_input_required_result_elicitation())
        .tool(Suite::test_input_required_result_request_state())
        .tool(Suite::test_input_required_result_multi_round())
        .tool(Suite::test_input_required_result_tampered_state())
        .resource(Suite::static_text())
        .resource(Suite::static_binary())
        .resource(Suite::template())
        .resource(Suite::embedded_resource())
        .resource(Suite::mixed_content_resource())
        .resource(Suite::example_resource())
        .prompt(Suite::test_simple_prompt())
        .prompt(Suite::test_prompt_with_arguments())
        .prompt(Suite::test_prompt_with_embedded_resource())
        .prompt(Suite::test_prompt_with_image())
        .default_rate(Rate::new(6000, Unit::Minute))
        .allow_writes()
        .build()?;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    // The only line on standard output: the script waits for it.
    writeln!(std::io::stdout(), "http://{}/mcp", listener.local_addr()?)?;
    let suite = Caller::new(SUITE).with_scopes(["suite:ask"]);
    Ok(server.serve_http(listener, OnlyTheSuite(Arc::new(suite)), HttpOptions::default()).await?)
}
