//! An enum, whose variants would each have their own owner.
use secure_tool::prelude::*;

#[derive(HasOwners)]
enum Line {
    One(#[owner(tenant)] String),
}

fn main() {
    let Line::One(_) = Line::One(String::new());
}
