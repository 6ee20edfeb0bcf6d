//! A duration has a unit.
use secure_tool::prelude::*;

#[derive(Debug, ToolFailure)]
enum Failure {
    #[failure(unavailable = 30)]
    Busy,
}

fn main() {}
