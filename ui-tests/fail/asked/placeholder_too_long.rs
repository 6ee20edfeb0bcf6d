use secure_tool::prelude::*;
use secure_tool_ui_tests::{Cabinet, Note};

/// Read a note.
#[secure_tool(scope = "notes:read", owner = note, read_only)]
async fn read_note(
    cabinet: &Cabinet,
    /// For whom.
    whom: String,
    /// Which note.
    #[arg(ask = "Which note shall {whom} read?")]
    note: Asked<Owned<Note>>,
) -> String {
    let _ = cabinet;
    format!("{} {whom}", note.text())
}

fn main() {}
