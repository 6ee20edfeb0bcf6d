use secure_tool::prelude::*;
use secure_tool_ui_tests::Cabinet;

/// Empty the bin.
#[secure_tool(scope = public("anyone may tidy up"), owner = unowned("the bin is everybody's"), destructive, confirm = "Empty the bin?")]
async fn empty_bin(
    cabinet: &Cabinet,
) {
    let _ = cabinet;
}

fn main() {}
