use secure_tool::prelude::*;

struct Desk;

impl Desk {
    /// Count the words of a note.
    #[secure_tool(scope = "notes:read", read_only)]
    async fn count_words(
        &self,
        /// Which note.
        note_id: u64,
    ) -> String {
        format!("{note_id}")
    }
}

fn main() {}
