use secure_tool::prelude::*;

/// Empty the desk.
#[secure_tool(scope = "desk:empty", owner = unowned("it is everybody's"), destructive, confirm = "Empty it: {drawers}?")]
async fn empty(
    /// Which.
    drawers: Vec<u8>,
) {
    let _ = drawers;
}

fn main() {}
