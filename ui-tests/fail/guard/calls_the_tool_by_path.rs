use secure_tool::prelude::*;

struct Desk;

impl Desk {
    /// List the caller's notes.
    #[secure_tool(scope = "notes:read", owner = caller)]
    async fn list_notes(&self, caller: &Caller) -> String {
        caller.subject().to_owned()
    }
}

fn around(desk: &Desk, alice: &Caller) {
    let _ = Desk::list_notes(desk, alice);
}

fn main() {
    let _ = around;
}
