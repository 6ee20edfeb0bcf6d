use secure_tool::prelude::*;

struct Desk;

impl Desk {
    /// Archive some notes.
    #[secure_tool(scope = "notes:write", owner = note_ids)]
    async fn archive(
        &self,
        /// Which notes.
        note_ids: Vec<u64>,
    ) -> Json<usize> {
        Json(note_ids.len())
    }
}

fn main() {}
