//! What is no answer at all is one mistake.
use secure_tool::prelude::*;

struct Desk;

impl Desk {
    /// Count the caller's notes.
    #[secure_tool(scope = "notes:read", owner = caller, read_only)]
    async fn count_notes(&self, caller: &Caller) -> usize {
        caller.subject().len()
    }
}

fn main() {}
