use secure_tool::prelude::*;

struct Filter;

struct Desk;

impl Desk {
    /// List the caller's notes.
    #[secure_tool(scope = "notes:read", owner = caller)]
    async fn list_notes(&self, caller: &Caller, /** Which. */ filter: Filter) -> String {
        let _ = filter;
        caller.subject().to_owned()
    }
}

fn main() {}
