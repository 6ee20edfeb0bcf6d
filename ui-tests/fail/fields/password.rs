//! A credential in plain text, in a field.
use secure_tool::prelude::*;

#[derive(Arguments)]
struct Request {
    /// The password.
    password: String,
}

fn main() {}
