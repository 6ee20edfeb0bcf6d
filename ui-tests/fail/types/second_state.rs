use secure_tool::prelude::*;

struct Desk;
struct Shelf;

/// List the caller's notes.
#[secure_tool(scope = "notes:read", owner = caller)]
async fn list_notes(desk: &Desk, shelf: &Shelf, caller: &Caller) -> String {
    let _ = (desk, shelf);
    caller.subject().to_owned()
}

fn main() {}
