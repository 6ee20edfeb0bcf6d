//! Free text where it is dangerous, in a field.
use secure_tool::prelude::*;

#[derive(Arguments)]
struct Request {
    /// Which file.
    path: String,
}

fn main() {}
