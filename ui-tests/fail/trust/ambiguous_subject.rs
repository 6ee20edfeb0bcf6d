use secure_tool::prelude::*;

struct Desk;

impl Desk {
    /// List the caller's notes.
    #[secure_tool(scope = "notes:read", owner = caller)]
    async fn list_notes(
        &self,
        caller: &Caller,
        /// What it is about.
        subject: String,
    ) -> String {
        let _ = subject;
        caller.subject().to_owned()
    }
}

fn main() {}
