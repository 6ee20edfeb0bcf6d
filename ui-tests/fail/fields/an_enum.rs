//! An enum has no fields that could be arguments.
use secure_tool::prelude::*;

#[derive(Arguments)]
enum Request {
    Open,
    Closed,
}

fn main() {}
