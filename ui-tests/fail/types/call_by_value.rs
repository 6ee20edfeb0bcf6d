use secure_tool::prelude::*;

struct Desk;

impl Desk {
    /// List the caller's notes.
    #[secure_tool(scope = "notes:read", owner = caller)]
    async fn list_notes(&self, caller: &Caller, call: Call) -> String {
        let _ = call;
        caller.subject().to_owned()
    }
}

fn main() {}
