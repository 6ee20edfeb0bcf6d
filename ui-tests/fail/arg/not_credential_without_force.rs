use secure_tool::prelude::*;

struct Desk;

impl Desk {
    /// List the caller's notes.
    #[secure_tool(scope = "notes:read", owner = caller)]
    async fn list_notes(
        &self,
        caller: &Caller,
        /// Where to go on.
        #[arg(not_credential("it only says where the list goes on"))]
        page_token: String,
    ) -> String {
        let _ = page_token;
        caller.subject().to_owned()
    }
}

fn main() {}
