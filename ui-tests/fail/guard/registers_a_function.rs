use secure_tool::prelude::*;

struct Desk;

/// List the caller's notes, without a guard.
async fn list_notes(_: &Desk, caller: &Caller) -> String {
    caller.subject().to_owned()
}

fn main() {
    let _ = SecureServer::builder(Desk).tool(list_notes);
}
