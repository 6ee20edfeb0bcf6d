use secure_tool::prelude::*;

struct Desk;

impl Desk {
    /// List the caller's notes.
    #[secure_tool(scope = "notes:read", owner = caller)]
    async fn list_notes(
        &self,
        caller: &Caller,
        /// What to look for.
        #[arg(pattern = r"^caf\u{e9}$")]
        word: String,
    ) -> String {
        let _ = word;
        caller.subject().to_owned()
    }
}

fn main() {}
