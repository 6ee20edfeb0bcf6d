use secure_tool::prelude::*;

struct Desk;

impl Desk {
    /// List the caller's notes.
    #[secure_tool(scope = "notes:read", owner = caller)]
    async fn list_notes(
        &self,
        caller: &Caller,
        /// How many at most.
        #[arg(max = most)]
        limit: u32,
    ) -> String {
        let _ = limit;
        caller.subject().to_owned()
    }
}

fn main() {}
