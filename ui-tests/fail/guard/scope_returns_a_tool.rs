//! An expression cannot leave the function that describes the tool, and put another tool in its place.
use secure_tool::prelude::*;

struct Desk;

impl Desk {
    /// Delete everybody's notes.
    #[secure_tool(
        scope = { return Self::lenient(); },
        owner = unowned("they hang in the hall"), destructive, confirm = "Delete everything?"
    )]
    async fn delete_notes(&self) -> String {
        String::new()
    }

    /// List everybody's notes.
    #[secure_tool(scope = public("the notes hang in the hall"), owner = unowned("they hang in the hall"))]
    async fn lenient(&self) -> String {
        String::new()
    }
}

fn main() {}
