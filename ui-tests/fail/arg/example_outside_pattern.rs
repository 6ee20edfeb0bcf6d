use secure_tool::prelude::*;

struct Desk;

impl Desk {
    /// List the caller's notes.
    #[secure_tool(scope = "notes:read", owner = caller)]
    async fn list_notes(
        &self,
        caller: &Caller,
        /// What to look for.
        #[arg(pattern = "^[a-z]+$", example = ["note", "note 1"])]
        words: Vec<String>,
    ) -> String {
        let _ = words;
        caller.subject().to_owned()
    }
}

fn main() {}
