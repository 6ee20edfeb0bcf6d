use secure_tool::prelude::*;
use secure_tool_ui_tests::NoteKey;

struct Desk;

impl Desk {
    /// Count the words of a note.
    #[secure_tool(scope = "notes:read", read_only)]
    async fn count_words(
        &self,
        caller: &Caller,
        /// Which note.
        note_id: NoteKey,
    ) -> String {
        format!("{} {}", caller.subject(), note_id.0)
    }
}

fn main() {}
