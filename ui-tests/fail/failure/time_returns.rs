//! The time of a class cannot say another class.
use std::time::Duration;

use secure_tool::{ToolError, ToolFailure};

#[derive(ToolFailure)]
enum Failure {
    #[failure(unavailable({ return ToolError::invalid("the cause"); }))]
    Closed,
    #[failure(unavailable(Duration::from_secs(5)))]
    Busy,
}

fn main() {}
