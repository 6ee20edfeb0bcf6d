use secure_tool::prelude::*;

struct Desk;

impl Desk {
    /// List the caller's notes.
    #[secure_tool(scope = "notes:read", owner = caller, rate = [1/second, 1/minute, 1/hour, 1/day, rate(1/second, per = tenant), rate(1/minute, per = tenant), rate(1/hour, per = tenant), rate(1/day, per = tenant), rate(1/day, per = tool)])]
    async fn list_notes(&self, caller: &Caller) -> String {
        caller.subject().to_owned()
    }
}

fn main() {}
