use secure_tool::prelude::*;
use secure_tool_ui_tests::Note;

struct Desk;

impl Desk {
    /// Read a note.
    #[secure_tool(scope = "notes:read", owner = nota)]
    async fn read_note(
        &self,
        /// Which note.
        note: Owned<Note>,
    ) -> String {
        note.text().to_owned()
    }
}

fn main() {}
