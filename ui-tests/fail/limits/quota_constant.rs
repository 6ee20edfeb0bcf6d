use secure_tool::prelude::*;

const NONE: secure_tool::Quota = secure_tool::Quota::per_day(0);

struct Desk;

impl Desk {
    /// List the caller's notes.
    #[secure_tool(scope = "notes:read", owner = caller, quota = NONE)]
    async fn list_notes(&self, caller: &Caller) -> String {
        caller.subject().to_owned()
    }
}

fn main() {}
