use secure_tool::prelude::*;

struct Desk;

impl Desk {
    /// Read a page of the price list.
    #[secure_tool(scope = public("the price list hangs in the window"), read_only)]
    async fn prices(
        &self,
        /// Which page.
        page_id: u32,
    ) -> String {
        format!("{page_id}")
    }
}

fn main() {}
