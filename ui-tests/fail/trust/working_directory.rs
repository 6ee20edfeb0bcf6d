use secure_tool::prelude::*;

struct Desk;

impl Desk {
    /// List the caller's notes.
    #[secure_tool(scope = "notes:read", owner = caller)]
    async fn list_notes(
        &self,
        caller: &Caller,
        /// Where.
        cwd: String,
    ) -> String {
        let _ = cwd;
        caller.subject().to_owned()
    }
}

fn main() {}
