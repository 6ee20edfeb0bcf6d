//! A view whose fields say nothing of its owner.
use secure_tool::prelude::*;

#[derive(HasOwners)]
struct Line {
    cents: u32,
}

fn main() {
    let line = Line { cents: 5 };
    let _ = (line.owners().count(), line.cents);
}
