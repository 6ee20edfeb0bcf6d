//! A parameter and a field have the same name.
use secure_tool::prelude::*;

#[derive(Arguments)]
struct Request {
    /// How many.
    limit: u32,
}

/// List the notes.
#[secure_tool(scope = "notes:read", owner = unowned("the board hangs in the hall"), read_only)]
async fn list(
    #[arg(flatten)] request: Request,
    /// How many.
    limit: u32,
) -> String {
    format!("{} {limit}", request.limit)
}

fn main() {}
