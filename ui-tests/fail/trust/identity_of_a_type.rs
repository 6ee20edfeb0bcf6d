use secure_tool::prelude::*;
use secure_tool_ui_tests::NoteKey as UserId;

struct Desk;

impl Desk {
    /// Count the notes of a user.
    #[secure_tool(scope = "notes:read", owner = unowned("the board hangs in the hall"), read_only)]
    async fn count(
        &self,
        /// Whose.
        user: UserId,
    ) -> String {
        format!("{}", user.0)
    }
}

fn main() {}
