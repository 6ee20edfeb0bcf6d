//! A box that cannot be sent to another thread.
use std::error::Error;

use secure_tool::prelude::*;

struct Desk;

impl Desk {
    /// List the notes.
    #[secure_tool(scope = "notes:read", owner = unowned("the board hangs in the hall"), read_only)]
    async fn list(&self) -> Result<String, Box<dyn Error>> {
        Ok("none".to_owned())
    }
}

fn main() {}
