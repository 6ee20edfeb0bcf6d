use secure_tool::prelude::*;

#[derive(Arguments)]
struct Search {
    /// What to look for.
    text: String,
}

struct Desk;

impl Desk {
    /// Search the board.
    #[secure_tool(scope = "notes:read", owner = unowned("the board hangs in the hall"), read_only)]
    async fn search(&self, search: Search) -> String {
        search.text
    }
}

fn main() {}
