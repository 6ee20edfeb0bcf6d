use secure_tool::prelude::*;

struct Desk;

impl Desk {
    /// List the caller's notes.
    #[secure_tool(scope = "notes:read", owner = caller, read_only)]
    async fn list_notes(&self, caller: &Caller) -> ProvenAnswer {
        ProvenAnswer::new().block_of(&caller.subject(), "what the query found")
    }
}

fn main() {}
