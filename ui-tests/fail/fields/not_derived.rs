//! The struct does not derive `Arguments`.
use secure_tool::{prelude::*, schemars::JsonSchema, serde::Deserialize};

#[derive(Deserialize, JsonSchema)]
#[serde(crate = "secure_tool::serde")]
#[schemars(crate = "secure_tool::schemars")]
struct Request {
    /// How many.
    limit: u32,
}

/// List the notes.
#[secure_tool(scope = "notes:read", owner = unowned("the board hangs in the hall"), read_only)]
async fn list(#[arg(flatten)] request: Request) -> String {
    format!("{}", request.limit)
}

fn main() {}
