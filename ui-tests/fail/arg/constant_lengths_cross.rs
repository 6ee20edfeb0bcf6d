use secure_tool::prelude::*;

const LONG: usize = 10;

struct Desk;

impl Desk {
    /// List the caller's notes.
    #[secure_tool(scope = "notes:read", owner = caller)]
    async fn list_notes(
        &self,
        caller: &Caller,
        /// How many at most.
        #[arg(min_len = 11, max_len = LONG)]
        limit: String,
    ) -> String {
        format!("{} {}", caller.subject(), limit)
    }
}

fn main() {}
