//! As `rmcp::ErrorData`, which is what such tools fail with elsewhere.
use secure_tool::prelude::*;

#[derive(Debug)]
struct ErrorData;

impl std::fmt::Display for ErrorData {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an error of the protocol")
    }
}

impl std::error::Error for ErrorData {}

struct Desk;

impl Desk {
    /// Count the notes.
    #[secure_tool(scope = "notes:read", owner = unowned("the board hangs in the hall"), read_only)]
    async fn count_notes(&self) -> Result<Json<usize>, ErrorData> {
        Err(ErrorData)
    }
}

fn main() {}
