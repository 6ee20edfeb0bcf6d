use secure_tool::prelude::*;

use secure_tool::{Rate, Unit};

const LOOKUPS: Rate = Rate::new(0, Unit::Minute);

struct Desk;

impl Desk {
    /// List the caller's notes.
    #[secure_tool(scope = "notes:read", owner = caller, rate = LOOKUPS)]
    async fn list_notes(
        &self,
        caller: &Caller,
    ) -> String {
        format!("{}", caller.subject())
    }
}

fn main() {}
