//! A proof is kept by a body that may block.
use std::sync::Mutex;

use secure_tool::prelude::*;
use secure_tool_ui_tests::{Cabinet, Note};

static LAST: Mutex<Vec<Owned<'static, Note>>> = Mutex::new(Vec::new());

/// Read notes.
#[secure_tool(scope = "notes:read", owner = notes, read_only)]
fn read_notes(
    _cabinet: &Cabinet,
    /// Which notes.
    notes: Vec<Owned<Note>>,
) {
    if let Ok(mut last) = LAST.lock() {
        last.extend(notes);
    }
}

fn main() {}
