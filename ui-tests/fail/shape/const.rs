use secure_tool::prelude::*;

struct Desk;

impl Desk {
    /// List the caller's notes.
    #[secure_tool(scope = "notes:read", owner = unowned("every caller sees the same notes"))]
    const fn list_notes(&self) -> String {
        String::new()
    }
}

fn main() {}
