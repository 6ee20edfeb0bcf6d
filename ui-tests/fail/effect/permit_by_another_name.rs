use secure_tool::prelude::*;
use secure_tool_ui_tests::{Cabinet, Note};

/// Whatever it is called.
type Change = Write;

/// Read a note.
#[secure_tool(scope = "notes:read", owner = note, read_only)]
async fn read_note(
    cabinet: &Cabinet,
    permit: &Permit<Change>,
    /// Which note.
    note: Owned<Note>,
) {
    let _ = cabinet;
    let _ = note.text();
    let _ = permit;
}

fn main() {}
