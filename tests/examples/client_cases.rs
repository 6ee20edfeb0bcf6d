//! The server of `conformance/clients`. `client_cases stdio alice` serves alice on standard input and output; `client_cases http` serves
//! everybody with an API key, and the address is the only line on standard output. Its records go to standard error.

use std::{error::Error, io::Write};

use secure_tool::{StderrSink, http::HttpOptions};
use secure_tool_tests::client_cases::{caller, keys, server};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    let server = server(StderrSink::new())?;
    match arguments[..] {
        ["stdio", name] => {
            let caller = caller(name).ok_or("there is no such caller")?;
            server.serve_stdio(caller).await?;
        }
        ["http"] => {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
            writeln!(std::io::stdout(), "http://{}/mcp", listener.local_addr()?)?;
            server.serve_http(listener, keys()?, HttpOptions::default()).await?;
        }
        _ => return Err("usage: client_cases stdio NAME | client_cases http".into()),
    }
    Ok(())
}
