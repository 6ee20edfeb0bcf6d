use secure_tool::prelude::*;
use secure_tool_ui_tests::{Cabinet, Note};

/// Write about a note.
#[secure_prompt(scope = "notes:read", owner = note)]
async fn letter(
    cabinet: &Cabinet,
    /// Which note.
    #[arg(complete = my_numbers("a"))]
    note: Owned<Note>,
) -> Prompt {
    let _ = (cabinet, note.text());
    unimplemented!()
}

async fn my_numbers(_: &Cabinet, _: &Caller, _: &str) -> Mine<Vec<Completion>> {
    Mine(Vec::new())
}

fn main() {}
