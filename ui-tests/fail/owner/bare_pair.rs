//! Two numbers may name anything as well.
use secure_tool::prelude::*;

struct Desk;

impl OwnerOf<(u32, u32)> for Desk {
    async fn owner_of(&self, _: &(u32, u32)) -> Result<Option<Owner>, ToolError> {
        Ok(None)
    }
}

impl Desk {
    /// Count the words of a note.
    #[secure_tool(scope = "notes:read", owner = note, read_only)]
    async fn count_words(
        &self,
        /// Which note.
        note: (u32, u32),
    ) -> Json<u32> {
        Json(note.0)
    }
}

fn main() {}
