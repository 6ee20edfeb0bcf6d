use secure_tool::prelude::*;
use secure_tool_ui_tests::{Cabinet, Note};

/// Read a note.
#[secure_tool(scope = "notes:read", owner = note, read_only)]
async fn read_note(
    cabinet: &Cabinet,
    /// Which note.
    note: Owned<Note>,
    /// What opens it.
    #[arg(ask = "What is the password?")]
    word: Asked<String>,
) -> String {
    let _ = cabinet;
    format!("{} {}", note.text(), *word)
}

fn main() {}
