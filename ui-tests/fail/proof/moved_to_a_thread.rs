//! A proof is moved to a thread that may outlive the call.
use secure_tool::prelude::*;
use secure_tool_ui_tests::{Cabinet, Note};

/// Read a note.
#[secure_tool(scope = "notes:read", owner = note, read_only)]
async fn read_note(
    _cabinet: &Cabinet,
    /// Which note.
    note: Owned<Note>,
) {
    let _reader = std::thread::spawn(move || note.text().len());
}

fn main() {}
