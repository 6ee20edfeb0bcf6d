use secure_tool::prelude::*;
use secure_tool_ui_tests::{Cabinet, Note};

/// Read a note.
#[secure_tool(scope = "notes:read", owner = note, read_only)]
async fn read_note(
    cabinet: &Cabinet,
    /// Which note.
    note: Owned<Note>,
    /// Whose.
    #[arg(ask = "Whose?", max_len = 20)]
    user_id: Asked<String>,
) -> String {
    let _ = cabinet;
    format!("{} {}", note.text(), *user_id)
}

fn main() {}
