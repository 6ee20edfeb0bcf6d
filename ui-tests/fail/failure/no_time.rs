use secure_tool::prelude::*;

#[derive(ToolFailure)]
enum DeskError {
    #[failure(unavailable)]
    Busy,
}

fn main() {
    let _ = ToolError::from(DeskError::Busy);
}
