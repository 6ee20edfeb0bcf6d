use secure_tool::prelude::*;
use secure_tool_ui_tests::{Cabinet, Note};

/// Write about a note.
#[secure_prompt(scope = "notes:read", owner = note, meta("team" = "desk"))]
async fn letter(
    cabinet: &Cabinet,
    /// Which note.
    note: Owned<Note>,
) -> Prompt {
    let _ = (cabinet, note.text());
    unimplemented!()
}

fn main() {}
