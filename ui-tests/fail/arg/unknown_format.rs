use secure_tool::prelude::*;

struct Desk;

impl Desk {
    /// List the caller's notes.
    #[secure_tool(scope = "notes:read", owner = caller)]
    async fn list_notes(
        &self,
        caller: &Caller,
        /// Whom to write to.
        #[arg(format = "e-mail")]
        address: String,
    ) -> String {
        let _ = address;
        caller.subject().to_owned()
    }
}

fn main() {}
