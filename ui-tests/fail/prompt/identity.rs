use secure_tool::prelude::*;
use secure_tool_ui_tests::{Cabinet, Note};

/// Write about a note.
#[secure_prompt(scope = "notes:read", owner = note)]
async fn letter(
    cabinet: &Cabinet,
    /// Which note.
    note: Owned<Note>,
    /// For whom.
    user_id: String,
) -> Prompt {
    let _ = (cabinet, note.text(), user_id);
    unimplemented!()
}

fn main() {}
