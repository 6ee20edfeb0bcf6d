use secure_tool::prelude::*;

const LEAST: u32 = 1;

struct Desk;

impl Desk {
    /// List the caller's notes.
    #[secure_tool(scope = "notes:read", owner = caller)]
    async fn list_notes(
        &self,
        caller: &Caller,
        /// How many at most.
        #[arg(min = LEAST)]
        limit: String,
    ) -> String {
        format!("{} {}", caller.subject(), limit)
    }
}

fn main() {}
