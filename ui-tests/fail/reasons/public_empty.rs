use secure_tool::prelude::*;

struct Desk;

impl Desk {
    /// List the notes of the house.
    #[secure_tool(scope = public(), owner = unowned("every caller sees the same notes"))]
    async fn list_notes(&self) -> String {
        String::new()
    }
}

fn main() {}
