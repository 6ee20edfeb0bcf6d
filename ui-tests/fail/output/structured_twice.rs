use secure_tool::prelude::*;

struct Desk;

impl Desk {
    /// Count the sales of this year.
    #[secure_tool(scope = "sales:read", owner = unowned("the sum of all"), read_only)]
    async fn count(&self) -> Answer<Json<u32>> {
        Answer::new().json(1_u32).json(2_u32)
    }
}

fn main() {}
