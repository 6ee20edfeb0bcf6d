use secure_tool::prelude::*;
use secure_tool_ui_tests::Cabinet;

/// Read a note.
#[secure_tool(scope = public("a board for everybody"), owner = unowned("a word is nobody's"), read_only)]
async fn read_note(
    cabinet: &Cabinet,
    /// How many words.
    #[arg(ask = "How many words?")]
    words: Asked<u8>,
) -> String {
    let _ = cabinet;
    words.to_string()
}

fn main() {}
