use secure_tool::prelude::*;
use secure_tool_ui_tests::{Cabinet, Note};

/// Delete a note.
#[secure_tool(scope = "notes:delete", owner = (caller, note), destructive, confirm = "Delete {note} for {caller}?")]
async fn delete_note(
    cabinet: &Cabinet,
    caller: &Caller,
    /// Which note.
    note: Owned<Note>,
) {
    let _ = cabinet;
    let _ = note.text();
    let _ = caller.subject();
}

fn main() {}
