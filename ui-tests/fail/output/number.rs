use secure_tool::prelude::*;

struct Desk;

impl Desk {
    /// Count the caller's notes.
    #[secure_tool(scope = "notes:read", owner = caller)]
    async fn count_notes(&self, caller: &Caller) -> u128 {
        caller.subject().len() as u128
    }
}

fn main() {}
