use secure_tool::prelude::*;

struct Desk;

impl Desk {
    /// Share the caller's notes.
    #[secure_tool(scope = "notes:write", owner = caller)]
    async fn share(
        &self,
        caller: &Caller,
        /// With whom.
        user_id: u64,
    ) -> String {
        format!("{} {user_id}", caller.subject())
    }
}

fn main() {}
