use secure_tool::prelude::*;

struct Desk;
struct UserId;

impl Desk {
    /// List the caller's notes.
    #[secure_tool(scope = "notes:read", owner = caller)]
    async fn list_notes(
        &self,
        caller: &Caller,
        /// As whom.
        as_user: UserId,
    ) -> String {
        let _ = as_user;
        caller.subject().to_owned()
    }
}

fn main() {}
