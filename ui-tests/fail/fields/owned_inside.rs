//! What the guard proves is visible in the tool's signature.
use secure_tool::prelude::*;
use secure_tool_ui_tests::Note;

#[derive(Arguments)]
struct Request {
    /// Which note.
    note: Owned<Note>,
}

fn main() {}
