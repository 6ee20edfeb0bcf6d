use secure_tool::prelude::*;
use secure_tool_ui_tests::{Cabinet, Note};

/// A note.
#[secure_resource(uri = "notes://{note}/{page}", scope = "notes:read", owner = note)]
async fn note(
    cabinet: &Cabinet,
    /// Which note.
    note: Owned<Note>,
    /// Which page.
    #[arg(default = 1)]
    page: u32,
) -> String {
    let _ = (cabinet, page);
    note.text().to_owned()
}

fn main() {}
