//! A proof is made by hand.
use secure_tool::prelude::*;
use secure_tool_ui_tests::Note;

fn prove(note: Note) -> Owned<'static, Note> {
    Owned::proven(&(), note)
}

fn main() {
    let _ = prove(Note::new("alice", "milk"));
}
