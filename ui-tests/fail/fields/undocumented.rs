//! The model reads the description of a field.
use secure_tool::prelude::*;

#[derive(Arguments)]
struct Request {
    limit: u32,
}

fn main() {}
