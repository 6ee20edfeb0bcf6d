//! What a tool can run on: a type of its own, a shared one, and trait objects that a state shows.

use std::{fmt::Debug, sync::Arc};

use secure_tool::prelude::*;
use secure_tool_ui_tests::Note;

trait Repo: Send + Sync {
    fn count(&self, subject: &str) -> u32;
}

trait Mailer: Send + Sync {
    fn send(&self, text: &str);
}

struct Shelf;

impl Repo for Shelf {
    fn count(&self, subject: &str) -> u32 {
        u32::try_from(subject.len()).unwrap_or_default()
    }
}

impl Mailer for Shelf {
    fn send(&self, _: &str) {}
}

/// Count the caller's notes.
#[secure_tool(scope = "notes:read", owner = caller("its answer holds no rows"), read_only)]
async fn count_notes(repo: &dyn Repo, caller: &Caller) -> Json<u32> {
    let count = repo.count(caller.subject());
    std::future::ready(()).await;
    Json(count + repo.count(""))
}

/// Mail the number of the caller's notes.
#[secure_tool(scope = "notes:read", owner = caller)]
fn mail_count(caller: &Caller, repo: &dyn Repo, mailer: &(dyn Mailer + Send)) {
    mailer.send(&repo.count(caller.subject()).to_string());
}

/// A state that shows several.
struct App(Shelf);

impl AsRef<dyn Repo> for App {
    fn as_ref(&self) -> &(dyn Repo + 'static) {
        &self.0
    }
}

impl AsRef<dyn Mailer + Send> for App {
    fn as_ref(&self) -> &(dyn Mailer + Send + 'static) {
        &self.0
    }
}

impl Load<Note> for App {
    async fn load(&self, _: &<Note as Resource>::Key) -> Result<Option<Note>, ToolError> {
        Ok(None)
    }
}

impl App {
    /// Say who calls.
    #[secure_tool(scope = "notes:read", owner = caller)]
    async fn name(self: Arc<Self>, caller: &Caller) -> String {
        let app = Arc::clone(&self);
        format!("{} {}", caller.subject(), app.0.count("x"))
    }

    /// Read a note.
    #[secure_tool(scope = "notes:read", owner = note)]
    fn read(
        self: std::sync::Arc<Self>,
        repo: &dyn Repo,
        /// Which note.
        note: Owned<Note>,
    ) -> String {
        format!("{} {}", note.text(), repo.count("y"))
    }
}

#[derive(Debug, Default)]
struct Desk<T>(T);

impl<T> Desk<T>
where
    T: Send + Sync + 'static,
{
    /// Show it.
    #[secure_tool(scope = "notes:read", owner = unowned("it hangs in the hall"), read_only)]
    async fn show(&self) -> String
    where
        T: Debug,
    {
        format!("{:?}", self.0)
    }

    /// Show the default.
    #[secure_tool(scope = "notes:read", owner = unowned("it hangs in the hall"), read_only)]
    async fn show_default() -> String
    where
        Self: Default + Debug,
    {
        format!("{:?}", Self::default())
    }
}

fn main() {
    let shelf: Arc<dyn Repo> = Arc::new(Shelf);
    assert!(SecureServer::builder(shelf).tool(count_notes()).build().is_ok());
    let boxed: Box<dyn Repo> = Box::new(Shelf);
    assert!(SecureServer::builder(boxed).tool(count_notes()).build().is_ok());
    let app = SecureServer::builder(App(Shelf)).allow_writes();
    let built = app.tool(count_notes()).tool(mail_count()).tool(App::name()).tool(App::read()).build();
    assert!(built.is_ok(), "{built:?}");
    assert!(SecureServer::builder(Desk(5)).tool(Desk::show()).tool(Desk::<u32>::show_default()).build().is_ok());
}
