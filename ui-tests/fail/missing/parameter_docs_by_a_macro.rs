use secure_tool::prelude::*;

macro_rules! nothing {
    () => {
        ""
    };
}

struct Desk;

impl Desk {
    /// List the caller's notes.
    #[secure_tool(scope = "notes:read", owner = caller)]
    async fn list_notes(
        &self,
        caller: &Caller,
        #[doc = nothing!()]
        limit: u32,
    ) -> String {
        format!("{limit} of {}", caller.subject())
    }
}

fn main() {}
