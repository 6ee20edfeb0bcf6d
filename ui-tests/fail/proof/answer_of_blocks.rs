use secure_tool::prelude::*;

struct Desk;

impl Desk {
    /// List the caller's notes.
    #[secure_tool(scope = "notes:read", owner = caller, read_only)]
    async fn list_notes(&self, caller: &Caller) -> Answer {
        Answer::new().block(caller.subject())
    }
}

fn main() {}
