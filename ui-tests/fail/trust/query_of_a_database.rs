use secure_tool::prelude::*;

struct Desk;

impl Desk {
    /// Ask the database.
    #[secure_tool(scope = "notes:read", owner = caller)]
    async fn run_sql(
        &self,
        caller: &Caller,
        /// What to ask.
        query: std::borrow::Cow<'static, str>,
    ) -> String {
        let _ = query;
        caller.subject().to_owned()
    }
}

fn main() {}
