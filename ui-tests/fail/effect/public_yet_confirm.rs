use secure_tool::prelude::*;
use secure_tool_ui_tests::Cabinet;

/// Shake the bin.
#[secure_tool(scope = public("anyone may tidy up"), owner = unowned("the bin is everybody's"), confirm = "Shake the bin?")]
async fn shake_bin(
    cabinet: &Cabinet,
) {
    let _ = cabinet;
}

fn main() {}
