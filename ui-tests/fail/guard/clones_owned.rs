use secure_tool::prelude::*;
use secure_tool_ui_tests::Note;

fn copy(note: &Owned<Note>) -> Owned<Note> {
    note.clone()
}

fn main() {
    let _ = copy;
}
