use secure_tool::prelude::*;

struct Desk;

impl Desk {
    /// Count the sales of this year.
    #[secure_tool(scope = "sales:read", owner = unowned("the sum of all"), read_only, releases(image))]
    async fn count(&self) -> Json<u32> {
        Json(0)
    }
}

fn main() {}
