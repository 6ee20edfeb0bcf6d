use secure_tool::prelude::*;

#[derive(ToolFailure)]
struct DeskError;

fn main() {
    let _ = ToolError::from(DeskError);
}
