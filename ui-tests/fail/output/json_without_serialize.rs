use secure_tool::prelude::*;

#[derive(secure_tool::schemars::JsonSchema)]
#[schemars(crate = "secure_tool::schemars")]
struct Plain;

struct Desk;

impl Desk {
    /// List the caller's notes.
    #[secure_tool(scope = "notes:read", owner = caller)]
    async fn list_notes(&self, caller: &Caller) -> Json<Plain> {
        let _ = caller.subject();
        Json(Plain)
    }
}

fn main() {}
