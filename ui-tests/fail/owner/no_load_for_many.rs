use secure_tool::prelude::*;
use secure_tool_ui_tests::Note;

struct Desk;

impl Desk {
    /// Read several notes.
    #[secure_tool(scope = "notes:read", owner = notes)]
    async fn read_notes(
        &self,
        /// Which notes.
        notes: Vec<Owned<Note>>,
    ) -> String {
        notes.iter().map(|note| note.text()).collect()
    }
}

fn main() {}
