use secure_tool::prelude::*;

const MOST: u64 = 50;

struct Desk;

impl Desk {
    /// List the caller's notes.
    #[secure_tool(scope = "notes:read", owner = caller)]
    async fn list_notes(
        &self,
        caller: &Caller,
        /// How many at most.
        #[arg(max = MOST)]
        limit: u32,
    ) -> String {
        format!("{} {}", caller.subject(), limit)
    }
}

fn main() {}
