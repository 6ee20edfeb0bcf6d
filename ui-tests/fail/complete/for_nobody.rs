use secure_tool::prelude::*;
use secure_tool_ui_tests::Cabinet;

/// Write about a note.
#[secure_prompt(scope = public("everybody may write"), owner = unowned("it is about nobody"))]
async fn letter(
    cabinet: &Cabinet,
    /// How it sounds.
    #[arg(complete = my_numbers)]
    tone: String,
) -> Prompt {
    let _ = (cabinet, tone);
    unimplemented!()
}

async fn my_numbers(_: &Cabinet, _: &Caller, _: &str) -> Mine<Vec<Completion>> {
    Mine(Vec::new())
}

fn main() {}
