//! A proof does not leave; what it is about does.
use secure_tool::prelude::*;
use secure_tool_ui_tests::{Cabinet, Note};

/// Read a note.
#[secure_tool(scope = "notes:read", owner = note, read_only)]
async fn read_note(
    _cabinet: &Cabinet,
    /// Which note.
    note: Owned<Note>,
) -> Mine<Owned<Note>> {
    Mine(note)
}

fn main() {}
