//! A reason that says nothing.
use secure_tool::prelude::*;

struct Desk;

impl Desk {
    /// Count the caller's notes.
    #[secure_tool(scope = "notes:read", owner = caller("a sum"), read_only)]
    async fn count_notes(&self, caller: &Caller) -> Json<usize> {
        Json(caller.subject().len())
    }
}

fn main() {}
