use secure_tool::prelude::*;

const TITLE: &str = "";

struct Desk;

impl Desk {
    /// List the caller's notes.
    #[secure_tool(scope = "notes:read", owner = caller, title = TITLE)]
    async fn list_notes(
        &self,
        caller: &Caller,
    ) -> String {
        format!("{}", caller.subject())
    }
}

fn main() {}
