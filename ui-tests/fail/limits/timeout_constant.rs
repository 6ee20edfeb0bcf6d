use secure_tool::prelude::*;

const LONG: std::time::Duration = std::time::Duration::from_secs(7200);

struct Desk;

impl Desk {
    /// List the caller's notes.
    #[secure_tool(scope = "notes:read", owner = caller, timeout = LONG)]
    async fn list_notes(
        &self,
        caller: &Caller,
    ) -> String {
        format!("{}", caller.subject())
    }
}

fn main() {}
