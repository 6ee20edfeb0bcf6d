//! A number is sent as it is.
use secure_tool::prelude::*;

/// List the notes.
#[secure_tool(scope = "notes:read", owner = unowned("the board hangs in the hall"), read_only)]
async fn list(
    /// How many.
    #[arg(nested)]
    limit: u32,
) -> String {
    format!("{limit}")
}

fn main() {}
