use secure_tool::prelude::*;
use secure_tool_ui_tests::Cabinet;

/// The opening hours.
#[secure_resource(uri = "desk://hours", scope = "desk:read", owner = unowned("they hang at the door"), list = my_notes)]
async fn hours(cabinet: &Cabinet) -> String {
    let _ = cabinet;
    "9 to 5".to_owned()
}

async fn my_notes(_: &Cabinet, _: &Caller) -> Mine<Vec<ListedResource>> {
    Mine(Vec::new())
}

fn main() {}
