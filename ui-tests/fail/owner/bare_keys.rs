//! So may each of many numbers.
use secure_tool::prelude::*;

type Number = u64;

struct Desk;

impl OwnerOf<Number> for Desk {
    async fn owner_of(&self, _: &Number) -> Result<Option<Owner>, ToolError> {
        Ok(None)
    }
}

impl Desk {
    /// Count notes.
    #[secure_tool(scope = "notes:read", owner = notes, read_only)]
    async fn count_notes(
        &self,
        /// Which notes.
        notes: Vec<Number>,
    ) -> Json<usize> {
        Json(notes.len())
    }
}

fn main() {}
