//! A text as an error: nothing says whether the model may read it.
use secure_tool::prelude::*;

struct Desk;

impl Desk {
    /// List the notes.
    #[secure_tool(scope = "notes:read", owner = unowned("the board hangs in the hall"), read_only)]
    async fn list(&self) -> Result<Json<u32>, String> {
        Err("the board is down".to_owned())
    }
}

fn main() {}
