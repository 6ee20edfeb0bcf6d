use secure_tool::prelude::*;
use secure_tool_ui_tests::Cabinet;

/// A page of the price list.
#[secure_resource(uri = "prices://{page}", scope = public("everybody may know"), owner = unowned("prices are nobody's"), list = my_notes)]
async fn prices(
    cabinet: &Cabinet,
    /// Which page.
    page: u32,
) -> String {
    let _ = cabinet;
    page.to_string()
}

async fn my_notes(_: &Cabinet, _: &Caller) -> Mine<Vec<ListedResource>> {
    Mine(Vec::new())
}

fn main() {}
