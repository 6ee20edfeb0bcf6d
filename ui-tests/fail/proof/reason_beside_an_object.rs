//! What the guard loads is proven by the guard.
use secure_tool::prelude::*;
use secure_tool_ui_tests::{Cabinet, Note};

/// Read a note.
#[secure_tool(scope = "notes:read", owner = note("it is the caller's, I am sure"), read_only)]
async fn read_note(
    _cabinet: &Cabinet,
    /// Which note.
    note: Owned<Note>,
) -> String {
    note.text().to_owned()
}

fn main() {}
