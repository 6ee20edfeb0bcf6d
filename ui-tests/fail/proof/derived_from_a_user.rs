//! An owner is a tenant or a subject.
use secure_tool::prelude::*;

#[derive(HasOwners)]
struct Line {
    #[owner(user)]
    author: String,
}

fn main() {
    let _ = Line { author: String::new() }.author;
}
