//! Every form of owner, scope, argument, visibility and place that the package's own library shows.
fn main() {
    let built = secure_tool_ui_tests::hygiene::server();
    assert!(built.is_ok(), "{:?}", built.err().map(|error| error.problems().to_vec()));
}
