use secure_tool::prelude::*;

struct Desk;

struct Salary;

impl Class for Salary {
    const NAME: &'static str = "salary";
}

impl Desk {
    /// List the caller's notes.
    #[secure_tool(scope = "notes:read", owner = caller, releases(card, pii, Salary))]
    async fn list_notes(&self, caller: &Caller) -> Result<String, ToolError> {
        Ok(caller.subject().to_owned())
    }
}

fn main() {}
