use secure_tool::prelude::*;
use secure_tool_ui_tests::{Cabinet, Note};

/// A note.
#[secure_tool(scope = "notes:read", owner = note, read_only, list = my_notes)]
async fn read_note(
    cabinet: &Cabinet,
    /// Which note.
    note: Owned<Note>,
) -> String {
    let _ = cabinet;
    note.text().to_owned()
}

fn main() {}
