use secure_tool::prelude::*;
use secure_tool_ui_tests::{Cabinet, Folder};

/// A folder.
#[secure_resource(uri = "folders://{folder}", scope = "notes:read", owner = folder)]
async fn folder(
    cabinet: &Cabinet,
    /// Which folder.
    folder: Owned<Folder>,
) -> String {
    let _ = cabinet;
    folder.title().to_owned()
}

fn main() {}
