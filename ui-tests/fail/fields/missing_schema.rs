//! The type of a field that the model cannot send.
use secure_tool::prelude::*;

struct Size;

#[derive(Arguments)]
struct Request {
    /// How large.
    size: Size,
}

fn main() {}
