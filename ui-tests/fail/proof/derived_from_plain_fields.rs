//! A field whose objects say nothing of their owner.
use secure_tool::prelude::*;
use secure_tool_ui_tests::NoteView;

#[derive(HasOwners)]
struct Page {
    #[owners]
    notes: Vec<NoteView>,
}

fn main() {
    let _ = Page { notes: Vec::new() }.notes;
}
