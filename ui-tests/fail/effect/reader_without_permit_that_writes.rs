use secure_tool::prelude::*;
use secure_tool_ui_tests::{Cabinet, Note};

/// The data layer.
fn remove(_permit: &impl Allows<Write>, _note: Note) {}

/// Read a note.
#[secure_tool(scope = "notes:read", owner = note, read_only)]
async fn read_note(
    cabinet: &Cabinet,
    /// Which note.
    note: Owned<Note>,
) {
    let _ = cabinet;
    remove(&(), note.into_inner());
}

fn main() {}
