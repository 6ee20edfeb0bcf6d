use secure_tool::prelude::*;

struct Desk;

impl Desk {
    async fn quote(&self) -> &'static str {
        "5"
    }

    /// Pay it.
    #[secure_tool(scope = "desk:pay", owner = caller, after(Self::quote, within = 10m))]
    async fn pay(&self, caller: &Caller) -> String {
        format!("{} {}", caller.subject(), self.quote().await)
    }
}

fn main() {}
