//! An authorization server and a guarded server that trusts it, for clients in other languages. The address of the guarded one is the only line
//! on standard output; its records go to standard error. It serves until it is stopped.

use std::{error::Error, io::Write, sync::Arc};

use secure_tool::StderrSink;
use secure_tool_tests::{Desk, authorization_server::AuthorizationServer, server};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let issuer = AuthorizationServer::start().await?;
    let http = issuer.protect(&server(&Arc::new(Desk::default()), StderrSink::new())?).await?;
    writeln!(std::io::stdout(), "{}", http.url())?;
    std::future::pending().await
}
