//! A question shows a field that is secret.
use secure_tool::prelude::*;

#[derive(Arguments)]
struct Request {
    /// The number on the card.
    #[arg(secret)]
    number: u32,
}

/// Take a card.
#[secure_tool(scope = "cards:write", owner = unowned("cards lie on the table"), confirm = "Take card {number}?")]
async fn take(#[arg(flatten)] request: Request) -> String {
    format!("{}", request.number)
}

fn main() {}
