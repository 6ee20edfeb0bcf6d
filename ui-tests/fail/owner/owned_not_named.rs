use secure_tool::prelude::*;
use secure_tool_ui_tests::Note;

struct Desk;

impl Desk {
    /// Read a note.
    #[secure_tool(scope = "notes:read", owner = caller)]
    async fn read_note(
        &self,
        caller: &Caller,
        /// Which note.
        note: Owned<Note>,
    ) -> String {
        format!("{} {}", caller.subject(), note.text())
    }
}

fn main() {}
