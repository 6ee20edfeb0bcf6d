use secure_tool::prelude::*;

struct Desk;

impl Desk {
    /// List the caller's notes.
    #[secure_tool(scope = "notes:read", owner = caller)]
    async fn list_notes(
        &self,
        caller: &Caller,
        /// Where to look.
        #[arg(pattern = r"^[\s\S]*$")]
        path: String,
    ) -> String {
        let _ = path;
        caller.subject().to_owned()
    }
}

fn main() {}
