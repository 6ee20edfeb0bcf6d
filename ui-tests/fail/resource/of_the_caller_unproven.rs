use secure_tool::prelude::*;
use secure_tool_ui_tests::Cabinet;

/// The caller's notes.
#[secure_resource(uri = "notes://mine", scope = "notes:read", owner = caller)]
async fn notes(cabinet: &Cabinet, caller: &Caller) -> String {
    let _ = cabinet;
    caller.subject().to_owned()
}

fn main() {}
