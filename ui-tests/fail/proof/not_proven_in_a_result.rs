//! The same behind an alias: the type decides, not how it is written.
use secure_tool::prelude::*;
use secure_tool_ui_tests::NoteView;

type Answer<T> = Result<Json<T>, ToolError>;

struct Desk;

impl Desk {
    /// List the caller's notes.
    #[secure_tool(scope = "notes:read", owner = caller, read_only)]
    async fn list_notes(&self, caller: &Caller) -> Answer<Vec<NoteView>> {
        let _author = caller.subject();
        Ok(Json(Vec::new()))
    }
}

fn main() {}
