use secure_tool::prelude::*;

struct Desk;

impl Desk {
    /// List the caller's notes.
    #[secure_tool(scope = "notes:read", owner = caller)]
    async fn list_notes(&self, caller: Option<&Caller>) -> String {
        caller.map(|caller| caller.subject().to_owned()).unwrap_or_default()
    }
}

fn main() {}
