use secure_tool::prelude::*;

struct Desk;
struct FolderId;

impl Desk {
    /// List the caller's notes.
    #[secure_tool(scope = "notes:read", owner = caller)]
    async fn list_notes(
        &self,
        caller: &Caller,
        /// In which folder.
        folder: FolderId,
    ) -> String {
        let _ = folder;
        caller.subject().to_owned()
    }
}

fn main() {}
