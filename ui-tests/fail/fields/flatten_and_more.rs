//! What narrows an argument stands on the field.
use secure_tool::prelude::*;

#[derive(Arguments)]
struct Request {
    /// How many.
    limit: u32,
}

/// List the notes.
#[secure_tool(scope = "notes:read", owner = unowned("the board hangs in the hall"), read_only)]
async fn list(#[arg(flatten, max = 50)] request: Request) -> String {
    format!("{}", request.limit)
}

fn main() {}
