use secure_tool::prelude::*;

struct Desk {
    title: String,
}

/// Tell the title of the board.
#[secure_tool(scope = "notes:read", owner = unowned("the board hangs in the hall"), read_only)]
async fn title(desk: Desk) -> String {
    desk.title
}

fn main() {}
