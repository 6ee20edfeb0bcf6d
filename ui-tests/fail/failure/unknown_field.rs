use secure_tool::prelude::*;

#[derive(ToolFailure)]
enum DeskError {
    #[failure(conflict("the note is {state}"))]
    Locked { status: u8 },
}

fn main() {
    let _ = ToolError::from(DeskError::Locked { status: 5 });
}
