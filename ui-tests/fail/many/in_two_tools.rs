use secure_tool::prelude::*;

struct Desk;

impl Desk {
    /// List the caller's notes.
    #[secure_tool(owner = caller)]
    async fn list_notes(&self, caller: &Caller) -> String {
        caller.subject().to_owned()
    }

    /// Count the caller's notes.
    #[secure_tool(scope = "notes:read")]
    async fn count_notes(&self, caller: &Caller) -> String {
        caller.subject().len().to_string()
    }
}

fn main() {
    let _ = SecureServer::builder(Desk).tool(Desk::list_notes()).tool(Desk::count_notes());
}
