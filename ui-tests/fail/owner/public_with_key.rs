use secure_tool::prelude::*;
use secure_tool_ui_tests::NoteKey;

struct Desk;

impl Desk {
    /// Read a note.
    #[secure_tool(scope = public("the notes hang on the door"), owner = key)]
    async fn read_note(
        &self,
        /// Which note.
        key: NoteKey,
    ) -> String {
        key.0.to_string()
    }
}

fn main() {}
