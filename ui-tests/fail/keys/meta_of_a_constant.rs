use secure_tool::prelude::*;

struct Desk;

impl Desk {
    /// Tidy the desk.
    #[secure_tool(scope = "notes:write", owner = caller, meta("com.example/team" = TEAM))]
    async fn tidy(&self, caller: &Caller) {
        let _ = caller.subject();
    }
}

fn main() {}
