use secure_tool::prelude::*;

struct Desk;

impl Desk {
    /// List the notes on the board.
    #[secure_tool(scope = "notes:read", owner = unowned("why it has no owner"), read_only)]
    async fn list_notes(&self) -> String {
        String::new()
    }
}

fn main() {}
