use secure_tool::prelude::*;

#[derive(ToolFailure)]
enum DeskError {
    #[failure(conflict)]
    Locked,
}

fn main() {
    let _ = ToolError::from(DeskError::Locked);
}
