//! A question names a field that is not there.
use secure_tool::prelude::*;

#[derive(Arguments)]
struct Request {
    /// The number of the card.
    number: u32,
}

/// Take a card.
#[secure_tool(scope = "cards:write", owner = unowned("cards lie on the table"), confirm = "Take card {nubmer}?")]
async fn take(#[arg(flatten)] request: Request) -> String {
    format!("{}", request.number)
}

fn main() {}
