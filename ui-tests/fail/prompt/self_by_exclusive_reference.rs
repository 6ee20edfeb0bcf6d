use secure_tool::prelude::*;

struct Desk;

impl Desk {
    /// Write about the caller.
    #[secure_prompt(scope = "notes:read", owner = unowned("it is about nobody"))]
    async fn letter(&mut self) -> Prompt {
        unimplemented!()
    }
}

fn main() {}
