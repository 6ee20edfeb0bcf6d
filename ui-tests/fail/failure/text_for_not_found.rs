//! The model reads the same of everything that is not there.
use secure_tool::prelude::*;

#[derive(Debug, ToolFailure)]
enum Failure {
    #[failure(not_found = "no such invoice")]
    Missing,
}

fn main() {}
