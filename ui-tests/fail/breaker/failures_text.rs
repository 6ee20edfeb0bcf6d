use secure_tool::prelude::*;

struct Desk;

impl Desk {
    /// Say what it costs.
    #[secure_tool(scope = "desk:read", owner = unowned("prices are nobody's"), read_only, breaker(failures = "5", cooldown = 30s))]
    async fn quote(&self) -> &'static str {
        "5"
    }
}

fn main() {}
