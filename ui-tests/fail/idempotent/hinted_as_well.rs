use secure_tool::prelude::*;

struct Desk;

impl Desk {
    /// Pay the rent.
    #[secure_tool(scope = "payments:write", owner = unowned("nothing but a test"), hints(idempotent), idempotent(within = 10m))]
    async fn pay(&self) {}
}

fn main() {}
