use secure_tool::prelude::*;

#[derive(secure_tool::serde::Deserialize)]
#[serde(crate = "secure_tool::serde")]
struct Filter {
    text: String,
}

struct Desk;

impl Desk {
    /// List the caller's notes.
    #[secure_tool(scope = "notes:read", owner = caller)]
    async fn list_notes(
        &self,
        caller: &Caller,
        /// What to look for.
        filter: Filter,
    ) -> String {
        let _ = filter;
        caller.subject().to_owned()
    }
}

fn main() {}
