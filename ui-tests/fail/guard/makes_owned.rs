use std::marker::PhantomData;

use secure_tool::prelude::*;
use secure_tool_ui_tests::Note;

fn forge(note: Note) -> Owned<'static, Note> {
    Owned { object: note, call: PhantomData }
}

fn main() {
    let _ = forge;
}
