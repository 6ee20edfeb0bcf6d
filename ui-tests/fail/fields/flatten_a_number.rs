//! A number has no fields.
use secure_tool::prelude::*;

/// List the notes.
#[secure_tool(scope = "notes:read", owner = unowned("the board hangs in the hall"), read_only)]
async fn list(#[arg(flatten)] limit: u32) -> String {
    format!("{limit}")
}

fn main() {}
