//! The model reads why.
use secure_tool::prelude::*;

#[derive(Debug, ToolFailure)]
enum Failure {
    #[failure(conflict)]
    Paid,
}

fn main() {}
