use secure_tool::prelude::*;

struct Desk;

impl Desk {
    /// List the caller's notes of a category.
    #[secure_tool(scope = "notes:read", owner = caller)]
    async fn list_notes(
        &self,
        caller: &Caller,
        /// Which category.
        #[arg(not_object("why it has no owner"))]
        category_id: u32,
    ) -> String {
        format!("{} {category_id}", caller.subject())
    }
}

fn main() {}
