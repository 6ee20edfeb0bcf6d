use secure_tool::prelude::*;

trait Notes {
    async fn list_notes(&self, caller: &Caller) -> String;
}

struct Desk;

impl Notes for Desk {
    /// List the caller's notes.
    #[secure_tool(scope = "notes:read", owner = caller)]
    async fn list_notes(&self, caller: &Caller) -> String {
        caller.subject().to_owned()
    }
}

fn main() {}
