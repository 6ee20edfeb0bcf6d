//! The arguments of a tool have one type each.
use secure_tool::prelude::*;

#[derive(Arguments)]
struct Request<T> {
    /// What.
    what: T,
}

fn main() {}
