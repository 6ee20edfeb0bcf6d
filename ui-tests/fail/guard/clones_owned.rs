use secure_tool::prelude::*;
use secure_tool_ui_tests::Note;

fn copy<'a>(note: &Owned<'a, Note>) -> Owned<'a, Note> {
    note.clone()
}

fn main() {
    let _ = copy;
}
