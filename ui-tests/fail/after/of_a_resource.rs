use secure_tool::prelude::*;

struct Desk;

impl Desk {
    /// What it costs.
    #[secure_resource(uri = "desk://price", scope = "desk:read", owner = unowned("prices are nobody's"))]
    async fn price(&self) -> &'static str {
        "5"
    }

    /// Pay it.
    #[secure_tool(scope = "desk:pay", owner = caller, after(Self::price, within = 10m))]
    async fn pay(&self, caller: &Caller) -> String {
        caller.subject().to_owned()
    }
}

fn main() {}
