use secure_tool::prelude::*;
use secure_tool_ui_tests::NoteKey;

struct Desk;

impl Desk {
    /// Archive some notes of the caller.
    #[secure_tool(scope = "notes:write", owner = caller)]
    async fn archive(
        &self,
        caller: &Caller,
        /// Which notes.
        #[arg(skip_foreign)]
        notes: Vec<NoteKey>,
    ) -> String {
        format!("{} {}", caller.subject(), notes.len())
    }
}

fn main() {}
