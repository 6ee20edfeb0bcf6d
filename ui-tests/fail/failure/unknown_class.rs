//! A class that does not exist.
use secure_tool::prelude::*;

#[derive(Debug, ToolFailure)]
enum Failure {
    #[failure(notfound)]
    Missing,
}

fn main() {}
