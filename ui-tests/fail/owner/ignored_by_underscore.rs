use secure_tool::prelude::*;

struct Desk;

impl Desk {
    /// List the caller's notes.
    #[secure_tool(scope = "notes:read", owner = _caller)]
    async fn list_notes(&self, _caller: &Caller) -> String {
        String::new()
    }
}

fn main() {}
