use secure_tool::prelude::*;

struct Desk;

impl Desk {
    /// Say what time it is.
    #[secure_tool(scope = "clock:read", owner = unowned("time is nobody's"), read_only, releases(card))]
    async fn speaking_clock(&self) -> Audio {
        Audio::wav(Vec::new())
    }
}

fn main() {}
