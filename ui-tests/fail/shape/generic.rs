use secure_tool::prelude::*;

struct Desk;

impl Desk {
    /// List the caller's notes.
    #[secure_tool(scope = "notes:read", owner = caller)]
    async fn list_notes<T: Into<String>>(
        &self,
        caller: &Caller,
        /// What to look for.
        text: T,
    ) -> String {
        let _ = text;
        caller.subject().to_owned()
    }
}

fn main() {}
