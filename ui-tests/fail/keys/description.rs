use secure_tool::prelude::*;

struct Desk;

impl Desk {
    /// List the notes on the board.
    #[secure_tool(scope = "notes:read", owner = unowned("the board hangs in the hall"), description = "List notes.")]
    async fn list_notes(&self) -> String {
        String::new()
    }
}

fn main() {}
