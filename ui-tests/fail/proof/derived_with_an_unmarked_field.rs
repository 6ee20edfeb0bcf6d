//! Objects that have owners leave in a field that nobody looks at.
use secure_tool::prelude::*;
use secure_tool_ui_tests::Note;

#[derive(HasOwners)]
struct Page {
    #[owners]
    own: Vec<Note>,
    pinned: Option<Note>,
    total: u32,
}

fn main() {}
