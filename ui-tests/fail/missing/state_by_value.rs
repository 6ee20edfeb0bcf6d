use secure_tool::prelude::*;
use std::sync::Arc;

struct Desk {
    title: String,
}

/// Tell the title of the board.
#[secure_tool(scope = "notes:read", owner = unowned("the board hangs in the hall"), read_only)]
async fn title(desk: Arc<Desk>) -> String {
    desk.title.clone()
}

fn main() {}
