//! A type of the library is no key of one kind.
use secure_tool::prelude::*;

struct Desk;

impl OwnerOf<Slug> for Desk {
    async fn owner_of(&self, _: &Slug) -> Result<Option<Owner>, ToolError> {
        Ok(None)
    }
}

impl Desk {
    /// Count the words of some notes.
    #[secure_tool(scope = "notes:read", owner = notes, read_only)]
    async fn count_words(
        &self,
        /// Which notes.
        notes: Vec<Slug>,
    ) -> Json<usize> {
        Json(notes.len())
    }
}

fn main() {}
