use secure_tool::prelude::*;

struct Desk;

impl Desk {
    /// Read a file of the caller.
    #[secure_tool(scope = "files:read", owner = caller("it answers with the directory alone"), read_only)]
    fn read(
        &self,
        caller: &Caller,
        /// Which one.
        path: SafePath,
    ) -> Result<String, ToolError> {
        Ok(std::fs::read_to_string(std::path::Path::new(caller.subject()).join(path))?)
    }
}

fn main() {}
