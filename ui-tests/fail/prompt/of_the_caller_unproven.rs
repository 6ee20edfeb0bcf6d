use secure_tool::prelude::*;
use secure_tool_ui_tests::Cabinet;

/// Write about the caller.
#[secure_prompt(scope = "notes:read", owner = caller)]
async fn letter(cabinet: &Cabinet, caller: &Caller) -> Prompt {
    let _ = (cabinet, caller.subject());
    unimplemented!()
}

fn main() {}
