//! A proof is handed on for longer than the call.
use secure_tool::prelude::*;
use secure_tool_ui_tests::{Cabinet, Note};

fn keep(note: Owned<'static, Note>) -> usize {
    note.text().len()
}

/// Read a note.
#[secure_tool(scope = "notes:read", owner = note, read_only)]
async fn read_note(
    _cabinet: &Cabinet,
    /// Which note.
    note: Owned<Note>,
) -> Json<usize> {
    Json(keep(note))
}

fn main() {}
