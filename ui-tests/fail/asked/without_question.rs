use secure_tool::prelude::*;
use secure_tool_ui_tests::{Cabinet, Note};

/// Read a note.
#[secure_tool(scope = "notes:read", owner = note, read_only)]
async fn read_note(
    cabinet: &Cabinet,
    /// Which note.
    note: Asked<Owned<Note>>,
) -> String {
    let _ = cabinet;
    note.text().to_owned()
}

fn main() {}
