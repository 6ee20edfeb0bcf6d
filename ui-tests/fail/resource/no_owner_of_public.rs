use secure_tool::prelude::*;
use secure_tool_ui_tests::Cabinet;

/// The opening hours.
#[secure_resource(uri = "desk://hours", scope = public("they hang at the door"))]
async fn hours(cabinet: &Cabinet) -> String {
    let _ = cabinet;
    "9 to 5".to_owned()
}

fn main() {}
