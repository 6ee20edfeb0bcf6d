use secure_tool::prelude::*;
use secure_tool_ui_tests::NoteKey as Status;

struct Desk;

impl Desk {
    /// List the notes on the board.
    #[secure_tool(scope = "notes:read", owner = unowned("the board hangs in the hall"), read_only)]
    async fn list_notes(
        &self,
        /// In which state.
        #[arg(default)]
        status: Status,
    ) -> String {
        format!("{}", status.0)
    }
}

fn main() {}
