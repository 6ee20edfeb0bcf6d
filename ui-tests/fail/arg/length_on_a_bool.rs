use secure_tool::prelude::*;

struct Desk;

impl Desk {
    /// List the caller's notes.
    #[secure_tool(scope = "notes:read", owner = caller)]
    async fn list_notes(
        &self,
        caller: &Caller,
        /// Whether to list all.
        #[arg(max_len = 5)]
        all: bool,
    ) -> String {
        let _ = all;
        caller.subject().to_owned()
    }
}

fn main() {}
