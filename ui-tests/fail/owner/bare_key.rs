//! A text may name anything.
use secure_tool::prelude::*;

struct Desk;

impl OwnerOf<String> for Desk {
    async fn owner_of(&self, _: &String) -> Result<Option<Owner>, ToolError> {
        Ok(None)
    }
}

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
