//! The struct derives `Arguments` alone, and an attribute of schemars stands on a field.
use secure_tool::prelude::*;

#[derive(Arguments)]
struct Search {
    /// How many at most.
    #[schemars(range(max = 50))]
    limit: u32,
}

fn main() {}
