use secure_tool::prelude::*;

struct Desk;

impl Desk {
    /// List the notes of the house.
    #[secure_tool(scope = "notes:read", owner = unowned("----------"))]
    async fn list_notes(&self) -> String {
        String::new()
    }
}

fn main() {}
