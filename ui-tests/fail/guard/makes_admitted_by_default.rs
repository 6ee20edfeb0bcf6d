use secure_tool::prelude::*;

struct Desk;

impl Desk {
    /// List the caller's notes.
    #[secure_tool(scope = "notes:read", owner = caller)]
    async fn list_notes(&self, caller: &Caller) -> String {
        caller.subject().to_owned()
    }
}

async fn around(desk: &Desk, alice: &Caller) -> String {
    desk.__secure_tool_list_notes(Default::default(), alice).await
}

fn main() {
    let _ = around;
}
