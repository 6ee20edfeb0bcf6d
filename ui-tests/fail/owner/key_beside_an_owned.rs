use secure_tool::prelude::*;
use secure_tool_ui_tests::Note;

struct Desk;

impl Desk {
    /// List the caller's notes.
    #[secure_tool(scope = "notes:read", owner = (caller, note))]
    async fn list_notes(
        &self,
        caller: &Caller,
        /// Which note.
        note: Owned<Note>,
        /// Which others.
        other_note_ids: Vec<u32>,
    ) -> String {
        let _ = note;
        let _ = other_note_ids;
        caller.subject().to_owned()
    }
}

fn main() {}
