use secure_tool::prelude::*;

struct Desk;

impl Desk {
    /// Order a book.
    #[secure_tool(scope = "books:order", owner = caller, breaker(failures = 5))]
    async fn order(&self, caller: &Caller) -> String {
        caller.subject().to_owned()
    }
}

fn main() {}
