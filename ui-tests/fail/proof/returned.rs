//! A proof leaves the call as its answer.
use secure_tool::prelude::*;
use secure_tool_ui_tests::{Cabinet, Note};

/// Read a note.
#[secure_tool(scope = "notes:read", owner = note, read_only)]
async fn read_note(
    _cabinet: &Cabinet,
    /// Which note.
    note: Owned<Note>,
) -> Mine<Owned<'static, Note>> {
    Mine(note)
}

fn main() {}
