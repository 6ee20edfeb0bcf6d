use secure_tool::prelude::*;
use secure_tool_ui_tests::{Cabinet, Note};

/// A note.
#[secure_resource(uri = "notes://{note}", scope = "notes:read", owner = note, hints(idempotent))]
async fn note(
    cabinet: &Cabinet,
    /// Which note.
    note: Owned<Note>,
) -> String {
    let _ = cabinet;
    note.text().to_owned()
}

fn main() {}
