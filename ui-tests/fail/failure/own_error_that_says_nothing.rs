//! An enum that derives nothing.
use secure_tool::prelude::*;

pub struct Failure;

struct Desk;

impl Desk {
    /// List the notes.
    #[secure_tool(scope = "notes:read", owner = unowned("the board hangs in the hall"), read_only)]
    async fn list(&self) -> Result<String, Failure> {
        Err(Failure)
    }
}

fn main() {}
