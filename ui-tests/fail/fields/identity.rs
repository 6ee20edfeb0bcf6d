//! A field that lets the model choose who it is.
use secure_tool::prelude::*;

#[derive(Arguments)]
struct Request {
    /// Whose notes.
    #[arg(name = "userId")]
    of: String,
}

fn main() {}
