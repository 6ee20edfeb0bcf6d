use secure_tool::prelude::*;
use secure_tool_ui_tests::{Cabinet, Note};

/// Read a note.
#[secure_tool(scope = "notes:read", owner = note, read_only)]
async fn read_note(
    cabinet: &Cabinet,
    /// Which note.
    note: Owned<Note>,
    /// How.
    #[arg(ask = "How?")]
    how: Asked<Unread>,
) -> String {
    let _ = cabinet;
    let _ = how;
    note.text().to_owned()
}

/// It derives nothing.
struct Unread;

fn main() {}
