use secure_tool::prelude::*;

#[derive(Arguments)]
struct Place {
    /// Where.
    _city: String,
}

fn main() {}
