//! The model is told when to try again.
use secure_tool::prelude::*;

#[derive(Debug, ToolFailure)]
enum Failure {
    #[failure(unavailable)]
    Busy,
}

fn main() {}
