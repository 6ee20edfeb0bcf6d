use secure_tool::prelude::*;

struct Desk(std::rc::Rc<str>);

impl Desk {
    /// List the caller's notes.
    #[secure_tool(scope = "notes:read", owner = caller)]
    async fn list_notes(&self, caller: &Caller) -> String {
        format!("{} {}", self.0, caller.subject())
    }
}

fn main() {}
