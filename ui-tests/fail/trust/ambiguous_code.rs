use secure_tool::prelude::*;

struct Desk;

impl Desk {
    /// Run a note of the caller's.
    #[secure_tool(scope = "notes:read", owner = caller)]
    async fn run_note(
        &self,
        caller: &Caller,
        /// Which.
        code: String,
    ) -> String {
        let _ = code;
        caller.subject().to_owned()
    }
}

fn main() {}
