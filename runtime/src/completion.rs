//! Completions: the values that a client is offered while a person types an argument.

use std::{future::Future, sync::Arc};

use futures_util::future::BoxFuture;

use crate::{
    Caller, Mine, Owner, Resource, ToolError,
    constants::is_described,
    guard::entry::{Entry, Run, boxed},
    output::{Failure, HasOwners, Output, ToolOutput, output},
};

/// The maximum number of values in one answer (MCP, completion).
const MOST: usize = 100;

/// The maximum number of characters that a person may have typed.
pub(crate) const LONGEST_TYPED: usize = 256;

/// The item whose argument is completed: `ref` of `completion/complete`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CompletionRef<'a> {
    /// The prompt with this name.
    Prompt(&'a str),
    /// The resource with this template.
    Resource(&'a str),
}

/// One value that is offered for an argument, as returned by its `complete = …` function: the object that it names, and the value.
///
/// The guard compares the owner with the caller before the values leave. Only the first 100 are sent: return all values that match the typed text,
/// best matches first; the client is told whether there are more.
#[derive(Clone, Debug)]
pub struct Completion {
    of: Whose,
    value: String,
}

/// Who owns the object that a value names.
#[derive(Clone, Debug)]
enum Whose {
    Owned(Owner),
    /// Nobody, for this reason.
    Nobody(&'static str),
}

impl Completion {
    /// A value that names this object: `Completion::of(&invoice, &invoice.id)`.
    #[must_use]
    #[expect(clippy::needless_pass_by_value, reason = "a number is given as readily as a reference to a text")]
    pub fn of(object: &impl Resource, value: impl ToString) -> Self {
        Self { of: Whose::Owned(object.owner()), value: value.to_string() }
    }

    /// A value that belongs to nobody, and why: `Completion::of_nobody("the kitchens of the world", "thai")`. Every caller with the scope of the
    /// prompt or the resource may see it. Without a reason nothing is offered, and the call fails as `internal`.
    ///
    /// Values that are known when the program is compiled need no function: `#[arg(one_of = […])]`, or an enum.
    #[must_use]
    #[expect(clippy::needless_pass_by_value, reason = "a number is given as readily as a reference to a text")]
    pub fn of_nobody(why: &'static str, value: impl ToString) -> Self {
        Self { of: Whose::Nobody(why), value: value.to_string() }
    }

    fn is_stated(&self) -> bool {
        match self.of {
            Whose::Owned(_) => true,
            Whose::Nobody(why) => is_described(why),
        }
    }
}

impl HasOwners for Completion {
    fn owners(&self) -> impl Iterator<Item = Owner> {
        match &self.of {
            Whose::Owned(owner) => Some(owner.clone()),
            Whose::Nobody(_) => None,
        }
        .into_iter()
    }
}

/// The types that a function behind `complete = …` can return.
#[diagnostic::on_unimplemented(
    message = "a `complete` cannot return `{Self}` [ST36]",
    label = "is not `Mine<Vec<Completion>>`",
    note = "help: return `Mine<Vec<Completion>>`, or a `Result` of it: the guard checks the owner of everything that is offered"
)]
pub trait Completed: Send + 'static {
    /// All values that are offered.
    ///
    /// # Errors
    ///
    /// Any error of the state.
    fn completed(self) -> Result<Mine<Vec<Completion>>, ToolError>;
}

impl Completed for Mine<Vec<Completion>> {
    fn completed(self) -> Result<Self, ToolError> {
        Ok(self)
    }
}

impl<E: Failure> Completed for Result<Mine<Vec<Completion>>, E> {
    fn completed(self) -> Result<Mine<Vec<Completion>>, ToolError> {
        self.map_err(Failure::into_tool_error)
    }
}

/// A function that `complete = …` can name.
#[diagnostic::on_unimplemented(
    message = "`complete` cannot call this function [ST44]",
    label = "is not `async`, or has other parameters",
    note = "help: write `async fn my_numbers(&self, caller: &Caller, typed: &str) -> Result<Mine<Vec<Completion>>, ToolError>` (`Result` is optional), and hold nothing across an `.await` that is not `Send`"
)]
pub trait Completes<'c, S: ?Sized, R>: Send + Sync + 'static {
    /// The values that match the text that this caller has typed.
    fn complete(&self, state: &'c S, caller: &'c Caller, typed: &'c str) -> BoxFuture<'c, R>;
}

// For a function that does not fit, the compiler should show the message above.
#[diagnostic::do_not_recommend]
impl<'c, S: ?Sized + 'c, R, F, A> Completes<'c, S, R> for F
where
    F: Fn(&'c S, &'c Caller, &'c str) -> A + Send + Sync + 'static,
    A: Future<Output = R> + Send + 'c,
{
    fn complete(&self, state: &'c S, caller: &'c Caller, typed: &'c str) -> BoxFuture<'c, R> {
        Box::pin(self(state, caller, typed))
    }
}

/// The function that `complete = …` names, behind the guard.
pub struct Complete<S: ?Sized> {
    pub(crate) run: Run<S>,
}

/// Puts the function that `complete = …` names behind the guard.
#[must_use]
pub fn completing<S, R, F>(function: F) -> Complete<S>
where
    S: Send + Sync + ?Sized + 'static,
    F: for<'c> Completes<'c, S, R>,
    R: Completed,
{
    let (_, outlet) = output::<Result<Offered, ToolError>, _>();
    let function = Arc::new(function);
    let run = move |entry: Entry<S>| {
        let function = Arc::clone(&function);
        boxed(async move {
            let _admitted = entry.admit().await?;
            let completed = function.complete(entry.state(), entry.caller()?, entry.typed()).await.completed();
            let stated = completed.and_then(|Mine(values)| {
                if values.iter().all(Completion::is_stated) {
                    Ok(Offered::Own(values))
                } else {
                    Err(ToolError::internal("a value without an owner must have a reason"))
                }
            });
            entry.release(outlet, stated)
        })
    };
    Complete { run: Box::new(run) }
}

/// Offers those of these values that start with the typed text.
pub(crate) fn offering<S: Send + Sync + ?Sized + 'static>(values: Arc<[String]>) -> Run<S> {
    let (_, outlet) = output::<Offered, _>();
    Box::new(move |entry: Entry<S>| {
        let values = Arc::clone(&values);
        boxed(async move {
            let _admitted = entry.admit().await?;
            let typed = entry.typed();
            let begins = |value: &&String| {
                value.get(..typed.len()).is_some_and(|beginning| beginning.eq_ignore_ascii_case(typed))
            };
            let offered = Offered::Declared(values.iter().filter(begins).cloned().collect());
            entry.release(outlet, offered)
        })
    })
}

/// Values that are being written.
enum Offered {
    /// Values that name objects.
    Own(Vec<Completion>),
    /// Values that the schema of the argument declares.
    Declared(Vec<String>),
}

impl Offered {
    fn values(&self) -> Vec<&str> {
        match self {
            Self::Own(values) => values.iter().map(|completion| &*completion.value).collect(),
            Self::Declared(values) => values.iter().map(|value| &**value).collect(),
        }
    }
}

impl ToolOutput for Offered {
    fn check_owners(&self, passes: &mut dyn FnMut(&Owner) -> bool) -> bool {
        match self {
            Self::Own(values) => values.owners().all(|owner| passes(&owner)),
            Self::Declared(_) => true,
        }
    }

    /// The values, and whether there are more. They are scanned, because a pattern of the application could match the keys of objects.
    fn write(self, output: &mut Output) -> Result<(), ToolError> {
        let mut values = self.values();
        let has_more = values.len() > MOST;
        values.truncate(MOST);
        output.json(&(values, has_more))
    }
}
