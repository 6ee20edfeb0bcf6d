use secure_tool::prelude::*;

struct Desk;

impl Desk {
    /// Pay the rent.
    #[secure_tool(scope = public("it is a test"), owner = unowned("nothing but a test"), idempotent(within = 10m))]
    async fn pay(&self) {}
}

fn main() {}
