use secure_tool::prelude::*;

const MANY: u32 = 100_000;

struct Desk;

impl Desk {
    /// List the caller's notes.
    #[secure_tool(scope = "notes:read", owner = caller, concurrency = MANY)]
    async fn list_notes(
        &self,
        caller: &Caller,
    ) -> String {
        format!("{}", caller.subject())
    }
}

fn main() {}
