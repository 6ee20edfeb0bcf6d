#![allow(unused_variables)]

use secure_tool::prelude::*;

struct Desk;

impl Desk {
    /// List the caller's notes.
    #[secure_tool(scope = "notes:read", owner = caller)]
    #[allow(unused_variables, reason = "what is shadowed is no mistake elsewhere")]
    async fn list_notes(&self, #[allow(unused)] caller: &Caller) -> String {
        let caller = "alice";
        caller.to_owned()
    }
}

fn main() {}
