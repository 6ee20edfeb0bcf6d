use secure_tool::prelude::*;

const NONE: secure_tool::Rate = secure_tool::Rate::new(0, secure_tool::Unit::Hour);

struct Desk;

impl Desk {
    /// List the caller's notes.
    #[secure_tool(scope = "notes:read", owner = caller, rate = [10/second, NONE])]
    async fn list_notes(&self, caller: &Caller) -> String {
        caller.subject().to_owned()
    }
}

fn main() {}
