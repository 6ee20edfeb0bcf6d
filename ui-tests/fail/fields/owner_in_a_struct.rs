//! `owner` names parameters, not fields.
use secure_tool::prelude::*;
use secure_tool_ui_tests::{Cabinet, FolderKey};

#[derive(Arguments)]
struct Request {
    /// Which folder.
    folder: FolderKey,
}

/// List the notes.
#[secure_tool(scope = "notes:read", owner = folder, read_only)]
async fn list(_cabinet: &Cabinet, #[arg(flatten)] request: Request) -> String {
    format!("{:?}", request.folder)
}

fn main() {}
