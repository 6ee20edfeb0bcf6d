use secure_tool::prelude::*;

struct Desk;

impl Desk {
    /// Tidy the desk.
    #[secure_tool(scope = "notes:write", owner = caller, icon = "data:image/svg+xml;base64,PHN2Zz4=")]
    async fn tidy(&self, caller: &Caller) {
        let _ = caller.subject();
    }
}

fn main() {}
