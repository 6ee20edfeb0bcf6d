use secure_tool::prelude::*;
use secure_tool_ui_tests::Note;

fn forge(json: &str) -> Option<Owned<'static, Note>> {
    secure_tool::serde_json::from_str(json).ok()
}

fn main() {
    let _ = forge;
}
