//! `Mine` of a view that does not say whose it is.
use secure_tool::prelude::*;
use secure_tool_ui_tests::NoteView;

struct Desk;

impl Desk {
    /// List the caller's notes.
    #[secure_tool(scope = "notes:read", owner = caller, read_only)]
    async fn list_notes(&self, caller: &Caller) -> Mine<Vec<NoteView>> {
        let _author = caller.subject();
        Mine(Vec::new())
    }
}

fn main() {}
