//! Only readers have to prove their answers.
use secure_tool::prelude::*;

struct Desk;

impl Desk {
    /// Add a note.
    #[secure_tool(scope = "notes:write", owner = caller("it answers with a number"))]
    async fn add_note(&self, caller: &Caller) -> Json<usize> {
        Json(caller.subject().len())
    }
}

fn main() {}
