use secure_tool::prelude::*;

struct Desk;

impl Desk {
    /// List the caller's notes.
    #[secure_tool(scope = "notes:read", owner = caller)]
    async fn list_notes(self: std::sync::Arc<Self>, caller: &Caller) -> String {
        caller.subject().to_owned()
    }
}

fn main() {}
