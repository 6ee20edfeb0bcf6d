use secure_tool::prelude::*;
use secure_tool_ui_tests::{Cabinet, Note};

/// Write about a note.
#[secure_prompt(scope = "notes:read", owner = note)]
async fn letter(
    cabinet: &Cabinet,
    /// Which note.
    note: Owned<Note>,
    /// How it sounds.
    #[arg(nested)]
    tone: Tone,
) -> Prompt {
    let _ = (cabinet, note.text(), tone);
    unimplemented!()
}

fn main() {}
