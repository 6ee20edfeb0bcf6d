use secure_tool::prelude::*;

struct Desk;

impl Desk {
    /// List the caller's notes.
    #[secure_tool(scope = "notes:read", owner = caller)]
    async fn list_notes(
        &self,
        caller: &Caller,
        /// What to look for.
        text: String,
        /// What its title is.
        #[arg(name = "text")]
        title: String,
    ) -> String {
        format!("{text}{title}{}", caller.subject())
    }
}

fn main() {}
