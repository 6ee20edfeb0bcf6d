//! Serves one of the migrated servers on standard input and output: `migrated counter`, `migrated structured-output` or `migrated notes`.

use std::process::ExitCode;

use secure_tool::prelude::*;

#[tokio::main]
async fn main() -> Result<ExitCode, Box<dyn std::error::Error>> {
    // The user who starts the process is the caller.
    let caller = Caller::local("me");
    match std::env::args().nth(1).as_deref() {
        Some("counter") => {
            let caller = caller.with_scopes(["counter:read", "counter:write"]);
            migrated::counter::builder().build()?.serve_stdio(caller).await?;
        }
        Some("structured-output") => migrated::structured_output::builder().build()?.serve_stdio(caller).await?,
        Some("notes") => {
            let caller = caller.with_scopes(["notes:read", "notes:write"]);
            migrated::notes::builder().build()?.serve_stdio(caller).await?;
        }
        _ => {
            eprintln!("usage: migrated counter | structured-output | notes");
            return Ok(ExitCode::from(2));
        }
    }
    Ok(ExitCode::SUCCESS)
}
