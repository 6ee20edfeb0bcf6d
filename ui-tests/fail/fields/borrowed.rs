//! What comes from the model is owned.
use secure_tool::prelude::*;

#[derive(Arguments)]
struct Request {
    /// Who calls.
    caller: &'static Caller,
}

fn main() {}
