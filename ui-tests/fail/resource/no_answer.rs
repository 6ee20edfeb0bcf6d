use secure_tool::prelude::*;
use secure_tool_ui_tests::{Cabinet, Note};

/// A note.
#[secure_resource(uri = "notes://{note}", scope = "notes:read", owner = note)]
async fn note(
    cabinet: &Cabinet,
    /// Which note.
    note: Owned<Note>,
) -> Vec<Note> {
    let _ = cabinet;
    vec![note.into_inner()]
}

fn main() {}
