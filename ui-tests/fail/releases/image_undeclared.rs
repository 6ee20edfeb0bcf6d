use secure_tool::prelude::*;

struct Desk;

impl Desk {
    /// Draw the sales of this year.
    #[secure_tool(scope = "sales:read", owner = unowned("the sum of all"), read_only)]
    async fn chart(&self) -> Result<Image, ToolError> {
        Ok(Image::png(Vec::new()))
    }
}

fn main() {}
