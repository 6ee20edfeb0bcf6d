use secure_tool::prelude::*;
use secure_tool_ui_tests::{Cabinet, Note};

/// Read a note.
#[secure_tool(scope = "notes:read", owner = note, read_only)]
async fn read_note(
    cabinet: &Cabinet,
    /// Which note.
    note: Owned<Note>,
    /// Which folder.
    #[arg(ask = "Which folder?")]
    folder_id: Asked<u32>,
) -> String {
    let _ = cabinet;
    format!("{} {}", note.text(), *folder_id)
}

fn main() {}
