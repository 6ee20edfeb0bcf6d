use secure_tool::prelude::*;

struct Desk;

impl Desk {
    /// List the caller's notes.
    #[secure_tool(scope = "notes:read", owner = caller)]
    async fn list_notes(
        &self,
        caller: &Caller,
        /// The key.
        stripe_api_key: Option<String>,
    ) -> String {
        let _ = stripe_api_key;
        caller.subject().to_owned()
    }
}

fn main() {}
