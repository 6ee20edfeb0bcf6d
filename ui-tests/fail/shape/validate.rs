use secure_tool::prelude::*;

struct Desk;

impl Desk {
    /// List the caller's notes.
    #[secure_tool(scope = "notes:read", owner = caller)]
    async fn list_notes(&self, caller: &Caller, /** How many. */ #[validate(range(max = 5))] limit: u32) -> String {
        format!("{} {limit}", caller.subject())
    }
}

fn main() {}
