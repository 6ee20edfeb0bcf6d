use secure_tool::prelude::*;

struct Desk;

impl Desk {
    /// Delete a note.
    #[secure_tool(scope = "notes:write", owner = caller)]
    async fn note_delete(
        &self,
        caller: &Caller,
    ) -> String {
        caller.subject().to_owned()
    }
}

fn main() {}
