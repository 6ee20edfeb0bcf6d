//! Types for what is dangerous as free text: the names that ST33 asks about, with nothing said beside the type.
use secure_tool::prelude::*;

struct Desk;

impl Desk {
    /// File a note.
    #[secure_tool(scope = "notes:write", owner = caller)]
    async fn file_note(
        &self,
        caller: &Caller,
        /// Where to.
        path: SafePath,
        /// Other files.
        file: Option<Vec<SafePath>>,
        /// The project.
        #[arg(example = "quarterly-report")]
        directory: Slug,
        /// Who hears of it.
        #[arg(audit = full)]
        to: Vec<Email>,
        /// The note.
        #[arg(min_len = 2, example = "Dear diary")]
        text: Bounded<1, 500>,
        /// The script's name.
        #[arg(pattern = "[a-z]+")]
        script: Bounded<1, 20>,
    ) -> String {
        let _ = (file, directory, to, text, script);
        format!("{} {}", caller.subject(), path.as_unchecked_relative())
    }
}

fn main() {
    SecureServer::builder(Desk).tool(Desk::file_note()).allow_writes().build().unwrap();
}
