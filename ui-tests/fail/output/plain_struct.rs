use secure_tool::prelude::*;
use secure_tool_ui_tests::NoteView;

struct Desk;

impl Desk {
    /// List the caller's notes.
    #[secure_tool(scope = "notes:read", owner = caller)]
    async fn list_notes(&self, caller: &Caller) -> Result<NoteView, ToolError> {
        let _ = caller.subject();
        Ok(NoteView::default())
    }
}

fn main() {}
