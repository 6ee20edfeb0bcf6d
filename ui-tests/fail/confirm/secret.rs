use secure_tool::prelude::*;
use secure_tool_ui_tests::{Cabinet, Note};

/// Delete a note.
#[secure_tool(scope = "notes:delete", owner = note, destructive, confirm = "Delete {note} with {pin}?")]
async fn delete_note(
    cabinet: &Cabinet,
    /// Which note.
    note: Owned<Note>,
    /// The PIN.
    #[arg(secret)]
    pin: u32,
) {
    let _ = cabinet;
    let _ = note.text();
    let _ = pin;
}

fn main() {}
