use secure_tool::prelude::*;
use secure_tool_ui_tests::{Cabinet, Note};

/// A note.
#[secure_resource(uri = "notes://{note}", scope = "notes:read", owner = note)]
async fn note(
    cabinet: &Cabinet,
    /// Which note.
    note: Option<Owned<Note>>,
) -> String {
    let _ = cabinet;
    note.map_or_else(String::new, |note| note.text().to_owned())
}

fn main() {}
