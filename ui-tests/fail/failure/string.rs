use secure_tool::prelude::*;

struct Desk;

impl Desk {
    /// Count the notes.
    #[secure_tool(scope = "notes:read", owner = unowned("the board hangs in the hall"), read_only)]
    fn count_notes(&self) -> Result<Json<usize>, String> {
        Err("no notes".to_owned())
    }
}

fn main() {}
