use secure_tool::prelude::*;
use secure_tool_ui_tests::Note;

/// A note.
#[secure_resource(uri = "notes://{note}", scope = "notes:read", owner = note, list = my_notes)]
async fn note(
    /// Which note.
    note: Owned<Note>,
) -> String {
    note.text().to_owned()
}

fn main() {}
