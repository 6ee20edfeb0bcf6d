use secure_tool::prelude::*;

struct Desk;

impl Desk {
    /// Say what it costs.
    #[secure_tool(scope = "desk:read", owner = unowned("prices are nobody's"), read_only, breaker)]
    async fn quote(&self) -> &'static str {
        "5"
    }
}

fn main() {}
