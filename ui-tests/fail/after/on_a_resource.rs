use secure_tool::prelude::*;

struct Desk;

impl Desk {
    /// What it costs.
    #[secure_resource(uri = "desk://price", scope = "desk:read", owner = unowned("prices are nobody's"), after(Self::quote, within = 10m))]
    async fn price(&self) -> &'static str {
        "5"
    }
}

fn main() {}
