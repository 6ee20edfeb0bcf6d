//! A tuple struct's fields have no names.
use secure_tool::prelude::*;

#[derive(Arguments)]
struct Request(u32);

fn main() {}
