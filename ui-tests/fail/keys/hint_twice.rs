use secure_tool::prelude::*;

struct Desk;

impl Desk {
    /// Tidy the desk.
    #[secure_tool(scope = "notes:write", owner = caller, hints(closed_world, closed_world))]
    async fn tidy(&self, caller: &Caller) {
        let _ = caller.subject();
    }
}

fn main() {}
