//! A reader's answer may hold what belongs to somebody else.
use secure_tool::prelude::*;
use secure_tool_ui_tests::NoteView;

struct Desk;

impl Desk {
    /// List the caller's notes.
    #[secure_tool(scope = "notes:read", owner = caller, read_only)]
    async fn list_notes(&self, caller: &Caller) -> Json<Vec<NoteView>> {
        let _author = caller.subject();
        Json(Vec::new())
    }
}

fn main() {}
