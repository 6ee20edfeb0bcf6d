use secure_tool::prelude::*;

struct Desk;

impl Desk {
    /// Say what it costs.
    #[secure_tool(scope = "desk:read", owner = unowned("prices are nobody's"), read_only)]
    async fn quote(&self) -> &'static str {
        "5"
    }

    /// Pay it.
    #[secure_tool(scope = "desk:pay", owner = caller, after(Self::quote, withn = 10m))]
    async fn pay(&self, caller: &Caller) -> String {
        caller.subject().to_owned()
    }
}

fn main() {}
