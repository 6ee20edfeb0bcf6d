use secure_tool::prelude::*;

struct Desk;

impl Desk {
    /// List the caller's notes.
    #[secure_tool(scope = "notes:read", owner = caller)]
    async fn list_notes(
        &self,
        caller: &Caller,
        /// How many at most.
        #[arg(default = { return Self::lenient(); })]
        limit: u32,
    ) -> String {
        format!("{limit} of {}", caller.subject())
    }

    /// List everybody's notes.
    #[secure_tool(scope = public("the notes hang in the hall"), owner = unowned("they hang in the hall"))]
    async fn lenient(&self) -> String {
        String::new()
    }
}

fn main() {}
