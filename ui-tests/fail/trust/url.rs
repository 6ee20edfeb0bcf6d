use secure_tool::prelude::*;

struct Desk;

impl Desk {
    /// List the caller's notes.
    #[secure_tool(scope = "notes:read", owner = caller)]
    async fn list_notes(
        &self,
        caller: &Caller,
        /// Where to answer.
        callback_url: String,
    ) -> String {
        let _ = callback_url;
        caller.subject().to_owned()
    }
}

fn main() {}
