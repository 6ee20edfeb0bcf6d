use secure_tool::prelude::*;

#[derive(ToolFailure)]
enum DeskError {
    #[failure(gone)]
    NoNote,
}

fn main() {
    let _ = ToolError::from(DeskError::NoNote);
}
