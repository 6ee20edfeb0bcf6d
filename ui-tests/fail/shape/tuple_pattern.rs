use secure_tool::prelude::*;

struct Desk;

impl Desk {
    /// List the caller's notes.
    #[secure_tool(scope = "notes:read", owner = caller)]
    async fn list_notes(
        &self,
        caller: &Caller,
        /// From where to where.
        (from, to): (u32, u32),
    ) -> String {
        format!("{from}{to}{}", caller.subject())
    }
}

fn main() {}
