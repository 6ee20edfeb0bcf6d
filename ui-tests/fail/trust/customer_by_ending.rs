use secure_tool::prelude::*;

struct Desk;

impl Desk {
    /// List the caller's notes.
    #[secure_tool(scope = "notes:read", owner = caller)]
    async fn list_notes(
        &self,
        caller: &Caller,
        /// Whose notes.
        billing_customer_id: String,
    ) -> String {
        let _ = billing_customer_id;
        caller.subject().to_owned()
    }
}

fn main() {}
