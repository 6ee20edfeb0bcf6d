use secure_tool::prelude::*;
use secure_tool_ui_tests::{Cabinet, Note};

/// Delete a note.
#[secure_tool(scope = "notes:delete", owner = note, destructive, confirm = "Delete {nota}?")]
async fn delete_note(
    cabinet: &Cabinet,
    /// Which note.
    note: Owned<Note>,
) {
    let _ = cabinet;
    let _ = note.text();
}

fn main() {}
