use secure_tool::prelude::*;

struct Desk;

impl Desk {
    /// List the notes of the house.
    #[secure_tool(scope = public("the notes hang on the door"), owner = caller)]
    async fn list_notes(&self, caller: &Caller) -> String {
        caller.subject().to_owned()
    }
}

fn main() {}
