use secure_tool::prelude::*;
use secure_tool_ui_tests::Note;

fn forge(note: Note) -> Owned<Note> {
    Owned(note)
}

fn main() {
    let _ = forge;
}
