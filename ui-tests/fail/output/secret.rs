use secure_tool::prelude::*;

struct Desk;

impl Desk {
    /// List the caller's notes.
    #[secure_tool(scope = "notes:read", owner = caller)]
    async fn list_notes(
        &self,
        caller: &Caller,
        /// The pin.
        pin: Secret<String>,
    ) -> Secret<String> {
        let _ = caller.subject();
        pin
    }
}

fn main() {}
