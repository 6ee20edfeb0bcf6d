use secure_tool::prelude::*;

struct Desk;

impl Desk {
    /// Pay the rent.
    #[secure_tool(scope = "payments:write", owner = unowned("nothing but a test"), idempotent(within = 10))]
    async fn pay(&self) {}
}

fn main() {}
