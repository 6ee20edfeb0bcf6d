//! One object is there or not.
use secure_tool::prelude::*;
use secure_tool_ui_tests::{Cabinet, Note};

/// Read a note.
#[secure_tool(scope = "notes:read", owner = note, read_only)]
async fn read_note(
    _cabinet: &Cabinet,
    /// Which note.
    #[arg(skip_foreign)]
    note: Owned<Note>,
) -> String {
    note.text().to_owned()
}

fn main() {}
