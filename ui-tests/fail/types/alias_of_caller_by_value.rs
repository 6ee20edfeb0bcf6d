use secure_tool::prelude::*;

type Me = Caller;

struct Desk;

impl Desk {
    /// List the caller's notes.
    #[secure_tool(scope = "notes:read", owner = caller)]
    async fn list_notes(&self, caller: &Caller, /** Who calls. */ me: Me) -> String {
        format!("{} {}", caller.subject(), me.subject())
    }
}

fn main() {}
