//! A struct has no variants to give a class.
use secure_tool::prelude::*;

#[derive(Debug, ToolFailure)]
struct Failure;

fn main() {}
