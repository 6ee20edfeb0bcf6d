use secure_tool::prelude::*;

/// A desk.
#[secure_tool(scope = "notes:read", owner = unowned("every caller sees the same notes"))]
struct Desk;

fn main() {
    let _ = Desk;
}
