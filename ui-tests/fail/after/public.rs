use secure_tool::prelude::*;

struct Desk;

impl Desk {
    /// Say what it costs.
    #[secure_tool(scope = "desk:read", owner = unowned("prices are nobody's"), read_only)]
    async fn quote(&self) -> &'static str {
        "5"
    }

    /// Say what it costs with taxes.
    #[secure_tool(scope = public("everybody may know"), owner = unowned("prices are nobody's"), read_only, after(Self::quote, within = 10m))]
    async fn quote_with_taxes(&self) -> &'static str {
        "6"
    }
}

fn main() {}
