use secure_tool::prelude::*;

struct Desk;

impl Desk {
    /// List the caller's notes.
    #[secure_tool(scope = "notes:read", owner = caller)]
    async fn list_notes(
        &self,
        caller: &Caller,
        /// What to run.
        command: Bounded<1, 80>,
    ) -> String {
        let _ = command;
        caller.subject().to_owned()
    }
}

fn main() {}
