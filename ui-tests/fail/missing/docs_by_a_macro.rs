use secure_tool::prelude::*;

struct Desk;

impl Desk {
    #[doc = concat!("", " ")]
    #[secure_tool(scope = "notes:read", owner = caller)]
    async fn list_notes(&self, caller: &Caller) -> String {
        caller.subject().to_owned()
    }
}

fn main() {}
