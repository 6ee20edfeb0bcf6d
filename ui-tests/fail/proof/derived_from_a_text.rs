//! The field names an owner, and is none.
use secure_tool::prelude::*;

#[derive(HasOwners)]
struct NoteView {
    #[owner]
    author: String,
}

fn main() {}
