//! An error that has a classified one inside is not masked by `?`: its author says whether the class is to be lost.
use secure_tool::prelude::*;

#[derive(Debug, ToolFailure)]
enum DeskError {
    #[failure(not_found)]
    NoNote,
}

#[derive(Debug)]
struct Outer(DeskError);

impl std::fmt::Display for Outer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}", self.0)
    }
}

impl std::error::Error for Outer {}

fn read() -> Result<(), ToolError> {
    Err(Outer(DeskError::NoNote))?
}

fn main() {
    let _ = read();
}
