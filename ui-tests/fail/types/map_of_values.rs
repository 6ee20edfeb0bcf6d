use secure_tool::prelude::*;

struct Desk;

impl Desk {
    /// List the caller's notes.
    #[secure_tool(scope = "notes:read", owner = caller)]
    async fn list_notes(
        &self,
        caller: &Caller,
        /// What to look for.
        filter: std::collections::HashMap<String, secure_tool::serde_json::Value>,
    ) -> String {
        let _ = filter;
        caller.subject().to_owned()
    }
}

fn main() {}
