//! An error that has both ways to become a `ToolError`.
use std::{error::Error, fmt};

use secure_tool::prelude::*;

#[derive(Debug, ToolFailure)]
enum Failure {
    #[failure(conflict = "the invoice is paid already")]
    Paid,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("paid")
    }
}

impl Error for Failure {}

fn main() {}
