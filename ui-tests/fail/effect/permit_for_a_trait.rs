use std::io::Write;

use secure_tool::prelude::*;
use secure_tool_ui_tests::{Cabinet, Note};

/// Change a note.
#[secure_tool(scope = "notes:write", owner = note)]
async fn change_note(
    cabinet: &Cabinet,
    permit: &Permit<dyn Write>,
    /// Which note.
    note: Owned<Note>,
) {
    let _ = cabinet;
    let _ = note.text();
    let _ = permit;
}

fn main() {}
