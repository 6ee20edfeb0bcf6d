use secure_tool::prelude::*;

struct Desk;

impl Desk {
    /// Delete notes.
    #[secure_tool(scope = "notes:read", owner = caller, read_only)]
    async fn bulk_delete_notes(
        &self,
        caller: &Caller,
    ) -> String {
        caller.subject().to_owned()
    }
}

fn main() {}
