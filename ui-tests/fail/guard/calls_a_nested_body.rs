use secure_tool::prelude::*;

/// List the caller's notes.
#[secure_tool(scope = "notes:read", owner = caller)]
async fn list_notes(caller: &Caller) -> String {
    caller.subject().to_owned()
}

fn main() {
    let _ = __secure_tool_list_notes;
}
