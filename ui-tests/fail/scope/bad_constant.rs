use secure_tool::prelude::*;

const READ: &str = "read notes";

struct Desk;

impl Desk {
    /// List the caller's notes.
    #[secure_tool(scope = READ, owner = caller)]
    async fn list_notes(&self, caller: &Caller) -> String {
        caller.subject().to_owned()
    }
}

fn main() {}
