use secure_tool::prelude::*;

struct Desk;

impl Desk {
    /// List the caller's notes.
    #[secure_tool(scope = "notes:read", owner = caller, timeout = 30 seconds)]
    async fn list_notes(
        &self,
        caller: &Caller,
    ) -> String {
        format!("{}", caller.subject())
    }
}

fn main() {}
