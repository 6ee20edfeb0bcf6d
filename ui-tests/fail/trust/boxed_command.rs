use secure_tool::prelude::*;

struct Desk;

impl Desk {
    /// List the caller's notes.
    #[secure_tool(scope = "notes:read", owner = caller)]
    async fn list_notes(
        &self,
        caller: &Caller,
        /// What to run.
        commands: Vec<Box<str>>,
    ) -> String {
        let _ = commands;
        caller.subject().to_owned()
    }
}

fn main() {}
