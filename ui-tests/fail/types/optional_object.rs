use secure_tool::prelude::*;

trait Repo {}

struct Desk;

impl Desk {
    /// List the caller's notes.
    #[secure_tool(scope = "notes:read", owner = caller)]
    async fn list_notes(&self, caller: &Caller, repo: Option<&dyn Repo>) -> String {
        caller.subject().to_owned()
    }
}

fn main() {}
