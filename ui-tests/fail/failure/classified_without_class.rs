use secure_tool::prelude::*;

fn main() {
    let _ = "five".parse::<u8>().map_err(ToolError::classified);
}
