use secure_tool::prelude::*;
use secure_tool_ui_tests::{Cabinet, Note};

/// Delete a note.
#[secure_tool(scope = "notes:delete", owner = note, destructive, confirm = "Delete {note} with {password}?")]
async fn delete_note(
    cabinet: &Cabinet,
    /// Which note.
    note: Owned<Note>,
    /// The password.
    password: Secret<String>,
) {
    let _ = cabinet;
    let _ = note.text();
    let _ = password;
}

fn main() {}
