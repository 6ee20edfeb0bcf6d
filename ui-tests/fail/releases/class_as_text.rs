use secure_tool::prelude::*;

struct Desk;

impl Desk {
    /// List the caller's notes.
    #[secure_tool(scope = "notes:read", owner = caller, releases("pii"))]
    async fn list_notes(&self, caller: &Caller) -> Json<u32> {
        Json(caller.subject().len() as u32)
    }
}

fn main() {}
