#![deny(dead_code)]

use secure_tool::prelude::*;

/// Say hello.
#[secure_tool(scope = "notes:read", owner = unowned("a greeting is nobody's"), read_only)]
fn greet() -> String {
    "hello".to_owned()
}

fn main() {}
