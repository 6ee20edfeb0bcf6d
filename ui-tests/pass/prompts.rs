//! Prompts as methods, as associated and free functions, in a generic `impl` block, with arguments and answers of every kind, and what completes them.
use secure_tool::{Load, Role, prelude::*};
use secure_tool_ui_tests::{Cabinet, Note, NoteKey};

trait Store: Send + Sync + 'static {
    const READ: &str;
    fn notes(&self) -> Vec<(NoteKey, Note)>;
}

struct Memory;

impl Store for Memory {
    const READ: &str = "memory:read";

    fn notes(&self) -> Vec<(NoteKey, Note)> {
        vec![(NoteKey(1), Note::new("alice", "milk"))]
    }
}

struct Shelf<S>(S);

impl<S: Store> Load<Note> for Shelf<S> {
    async fn load(&self, key: &NoteKey) -> Result<Option<Note>, ToolError> {
        Ok(self.0.notes().into_iter().find(|(found, _)| found == key).map(|(_, note)| note))
    }
}

impl<S: Store> Shelf<S> {
    /// Ask about a note.
    #[secure_prompt(scope = S::READ, owner = note)]
    async fn about(
        &self,
        /// Which note.
        #[arg(complete = Self::my_numbers)]
        note: Owned<Note>,
        /// How often.
        #[arg(min = 1, max = 3, default = 1)]
        times: u8,
        /// In which language.
        #[arg(one_of = ["de", "en"])]
        language: Option<String>,
    ) -> Result<Prompt, ToolError> {
        let text = format!("Read it {times} times in {}:", language.unwrap_or_else(|| "en".into()));
        Ok(Prompt::new().description("About a note").user(text).user(Untrusted::new("a note", note.text())).assistant("It is"))
    }

    async fn my_numbers(&self, caller: &Caller, typed: &str) -> Result<Mine<Vec<Completion>>, ToolError> {
        let mine = self.0.notes().into_iter().filter(|(_, note)| caller.owns(&note.owner()));
        let fits = mine.filter(|(key, _)| key.0.to_string().starts_with(typed));
        Ok(Mine(fits.map(|(key, note)| Completion::of(&note, key.0)).collect()))
    }

    /// The same note as a resource.
    #[secure_resource(uri = "shelf://notes/{note}", scope = S::READ, owner = note)]
    async fn note(
        &self,
        /// Which note.
        #[arg(complete = Self::numbers_without_result)]
        note: Owned<Note>,
    ) -> String {
        note.text().to_owned()
    }

    async fn numbers_without_result(&self, _: &Caller, _: &str) -> Mine<Vec<Completion>> {
        Mine(Vec::new())
    }

    /// Sum up the caller's notes, where it may block.
    #[secure_prompt(scope = "memory:read", owner = caller)]
    fn summary(&self, caller: &Caller, permit: &Permit<Read>) -> ProvenPrompt {
        let _ = permit;
        let mine = self.0.notes().into_iter().filter(|(_, note)| caller.owns(&note.owner()));
        mine.fold(ProvenPrompt::new().description("All").user("Sum up:"), |prompt, (_, note)| {
            prompt.user_of(&note, note.text()).assistant("So:")
        })
    }
}

struct Prompts;

impl Prompts {
    /// Ask for a remark.
    #[secure_prompt(
        scope = all("notes:read", "notes:list"),
        owner = (caller, note),
        rate(60/minute, per = prompt),
        max_output = 1MiB,
        releases(image, card),
        audit_output = digest,
        name = "remark.on",
        title = "A remark",
        version = "2",
        deprecated = "use `about`"
    )]
    async fn remark(
        cabinet: &Cabinet,
        caller: &Caller,
        call: &Call,
        /// Which note.
        #[arg(complete = my_numbers)]
        note: Owned<Note>,
    ) -> Result<Mine<secure_tool::Proven<Prompt>>, Box<dyn std::error::Error + Send + Sync>> {
        let _ = (cabinet, caller, call, Role::User);
        let _: Option<Self> = None;
        Ok(Mine(note.view(|note| Prompt::new().user(note.text()))))
    }
}

async fn my_numbers(_: &Cabinet, _: &Caller, _: &str) -> Result<Mine<Vec<Completion>>, std::io::Error> {
    Ok(Mine(Vec::new()))
}

/// Greet.
#[secure_prompt(scope = public("a greeting"), owner = unowned("a greeting is nobody's"))]
fn greeting() -> Prompt {
    Prompt::new().user("Greet.")
}

fn main() {
    let shelf = SecureServer::builder(Shelf(Memory)).prompt(Shelf::<Memory>::about()).prompt(Shelf::<Memory>::summary());
    assert!(shelf.resource(Shelf::<Memory>::note()).prompt(greeting()).build().is_ok());
    let cabinet = SecureServer::builder(Cabinet::default()).prompt(Prompts::remark());
    assert!(cabinet.build().is_ok());
    let prompt: GuardedPrompt<Cabinet> = Prompts::remark();
    assert_eq!(prompt.name(), "remark.on");
}
