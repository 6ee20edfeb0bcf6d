//! The desk on standard input and output, for alice; audit records go to the file named by the first argument, or to standard error.

use std::sync::Arc;

use secure_tool::JsonLines;
use secure_tool_tests::{Desk, alice, server};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let audit = std::env::args().nth(1).map_or_else(|| Ok(JsonLines::stderr()), JsonLines::append)?;
    server(&Arc::new(Desk::default()), audit)?.serve_stdio(alice()).await?;
    Ok(())
}
