use secure_tool::prelude::*;

struct Desk;

impl Desk {
    /// List the caller's notes.
    #[secure_tool(scope = "notes:read", owner = caller)]
    async fn list_notes(
        &self,
        caller: &Caller,
        /// In which folder.
        #[arg(not_object)]
        folder_id: u32,
    ) -> String {
        let _ = folder_id;
        caller.subject().to_owned()
    }
}

fn main() {}
