use secure_tool::prelude::*;

/// Empty the desk.
#[secure_tool(scope = "desk:empty", owner = unowned("it is everybody's"), destructive, confirm = "Empty it: {reason}?")]
async fn empty(
    /// Why.
    reason: String,
) {
    let _ = reason;
}

fn main() {}
