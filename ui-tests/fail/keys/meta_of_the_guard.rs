use secure_tool::prelude::*;

struct Desk;

impl Desk {
    /// Tidy the desk.
    #[secure_tool(scope = "notes:write", owner = caller, meta("secure-tool/scopes" = "notes:read"))]
    async fn tidy(&self, caller: &Caller) {
        let _ = caller.subject();
    }
}

fn main() {}
