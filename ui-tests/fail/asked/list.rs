use secure_tool::prelude::*;
use secure_tool_ui_tests::{Cabinet, Note};

/// Read a note.
#[secure_tool(scope = "notes:read", owner = note, read_only)]
async fn read_note(
    cabinet: &Cabinet,
    /// Which notes.
    #[arg(ask = "Which notes?")]
    note: Asked<Vec<Owned<Note>>>,
) -> String {
    let _ = cabinet;
    note.iter().map(|note| note.text()).collect()
}

fn main() {}
