use secure_tool::prelude::*;
use secure_tool_ui_tests::Note;

fn swap(note: &mut Owned<Note>, foreign: Note) {
    **note = foreign;
}

fn main() {
    let _ = swap;
}
