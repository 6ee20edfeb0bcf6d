use secure_tool::prelude::*;
use secure_tool_ui_tests::{Cabinet, Note};

/// Read a note.
#[secure_tool(scope = "notes:read", owner = note, read_only)]
async fn read_note(
    cabinet: &Cabinet,
    /// Which note.
    note: Owned<Note>,
    /// How many words.
    #[arg(ask = "How many words?")]
    words: &Asked<u8>,
) -> String {
    let _ = cabinet;
    format!("{} {}", note.text(), **words)
}

fn main() {}
