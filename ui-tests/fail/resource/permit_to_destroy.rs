use secure_tool::{Destroy, prelude::*};
use secure_tool_ui_tests::{Cabinet, Note};

/// A note.
#[secure_resource(uri = "notes://{note}", scope = "notes:read", owner = note)]
async fn note(
    cabinet: &Cabinet,
    permit: &Permit<Destroy>,
    /// Which note.
    note: Owned<Note>,
) -> String {
    let _ = (cabinet, permit);
    note.text().to_owned()
}

fn main() {}
