use secure_tool::prelude::*;

struct Desk;

impl Desk {
    /// Count the words of a note.
    #[secure_tool(scope = "notes:read", owner = note, read_only)]
    async fn count_words(
        &self,
        /// Which note.
        note: String,
    ) -> Json<usize> {
        Json(note.len())
    }
}

fn main() {}
