use secure_tool::prelude::*;

struct Desk;

impl Desk {
    /// Tidy the desk.
    #[secure_tool(scope = "notes:write", owner = caller, read_only, hints(idempotent))]
    async fn tidy(&self, caller: &Caller) -> String {
        caller.subject().to_owned()
    }
}

fn main() {}
