use secure_tool::prelude::*;

struct Desk;

impl Desk {
    /// List the caller's notes.
    #[secure_tool(scope = "notes:read", owner = caller, releases(confidential))]
    async fn list_notes(&self, caller: &Caller) {
        let _ = caller.subject();
    }
}

fn main() {}
