use secure_tool::prelude::*;
use secure_tool_ui_tests::{Cabinet, Note};

/// A note.
#[secure_prompt(scope = "notes:read", owner = note, list = my_notes)]
async fn note(
    cabinet: &Cabinet,
    /// Which note.
    note: Owned<Note>,
) -> Prompt {
    let _ = (cabinet, note.text());
    unimplemented!()
}

fn main() {}
