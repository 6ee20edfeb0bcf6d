use secure_tool::prelude::*;

struct Desk;

impl Desk {
    /// Ask for the rent.
    #[secure_prompt(scope = "payments:write", owner = unowned("nothing but a test"), idempotent(within = 10m))]
    async fn remind(&self) -> &'static str {
        "Remind me of the rent."
    }
}

fn main() {}
