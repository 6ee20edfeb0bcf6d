use secure_tool::prelude::*;

struct Desk;
mod url {
    pub struct Url;
}

impl Desk {
    /// List the caller's notes.
    #[secure_tool(scope = "notes:read", owner = caller)]
    async fn list_notes(
        &self,
        caller: &Caller,
        /// What to fetch.
        page: url::Url,
    ) -> String {
        let _ = page;
        caller.subject().to_owned()
    }
}

fn main() {}
