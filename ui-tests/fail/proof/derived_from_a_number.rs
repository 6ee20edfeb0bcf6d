//! A number names no owner.
use secure_tool::prelude::*;

#[derive(HasOwners)]
struct Line {
    #[owner(subject)]
    author: u64,
}

fn main() {
    let _ = Line { author: 5 }.author;
}
