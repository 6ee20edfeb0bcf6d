//! A field is the key of an object that `owner` does not name.
use secure_tool::prelude::*;

#[derive(Arguments)]
struct Request {
    /// Which folder.
    folder_id: u32,
}

/// List the notes.
#[secure_tool(scope = "notes:read", owner = caller)]
async fn list(caller: &Caller, #[arg(flatten)] request: Request) -> String {
    format!("{} {}", caller.subject(), request.folder_id)
}

fn main() {}
