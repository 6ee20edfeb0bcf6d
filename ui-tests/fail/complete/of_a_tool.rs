use secure_tool::prelude::*;
use secure_tool_ui_tests::{Cabinet, Note};

/// Write about a note.
#[secure_tool(scope = "notes:read", owner = note, read_only)]
async fn letter(
    cabinet: &Cabinet,
    /// Which note.
    #[arg(complete = my_numbers)]
    note: Owned<Note>,
) -> String {
    let _ = (cabinet, note.text());
    unimplemented!()
}

fn main() {}
