use secure_tool::prelude::*;
use secure_tool_ui_tests::{Cabinet, Note};

/// Read a note.
#[secure_tool(scope = "notes:read", owner = note, read_only)]
async fn read_note(
    cabinet: &Cabinet,
    /// Which note.
    note: Owned<Note>,
    /// The word that opens it.
    #[arg(ask = "Which word opens it?")]
    word: Asked<Secret<String>>,
) -> String {
    let _ = cabinet;
    drop(word);
    note.text().to_owned()
}

fn main() {}
