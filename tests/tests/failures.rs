//! How a tool can fail: the classes of its own errors, and the masking of all others.

use std::{error::Error, fmt, sync::Arc, time::Duration};

use secure_tool::{CallError, MemorySink, prelude::*};

/// An error of the application, which is a `std::error::Error` as well.
#[derive(Debug, ToolFailure)]
enum DeskError {
    #[failure(not_found)]
    NoNote,
    #[failure(invalid)]
    TooLong {
        most: u32,
    },
    #[failure(conflict("the note is {state}, see {{help}}"))]
    Locked {
        state: &'static str,
    },
    #[failure(conflict("{0} of {1:>3}"))]
    Taken(u8, u8),
    #[failure(forbidden("only on weekdays"))]
    Weekend,
    #[failure(unavailable(1500ms))]
    Busy,
    #[failure(unavailable(*after))]
    Later {
        after: Duration,
    },
    #[failure(internal)]
    Store(std::num::ParseIntError),
    Unsaid(&'static str),
}

impl fmt::Display for DeskError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong { most } => write!(f, "at most {most} words"),
            Self::Store(_) => f.write_str("the store at 10.0.0.7"),
            Self::Unsaid(what) => f.write_str(what),
            _ => f.write_str("not to be shown"),
        }
    }
}

impl Error for DeskError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Store(error) => Some(error),
            _ => None,
        }
    }
}

/// One that is no `std::error::Error`, and has no text.
#[derive(ToolFailure)]
enum Quiet {
    #[failure(not_found)]
    Gone,
    Broken,
}

fn number(text: &str) -> Result<u8, DeskError> {
    text.parse().map_err(DeskError::Store)
}

fn failing(which: u8) -> Result<&'static str, DeskError> {
    Err(match which {
        0 => DeskError::NoNote,
        1 => DeskError::TooLong { most: 7 },
        2 => DeskError::Locked { state: "closed" },
        3 => DeskError::Taken(1, 2),
        4 => DeskError::Weekend,
        5 => DeskError::Busy,
        6 => DeskError::Later { after: Duration::from_secs(9) },
        7 => number("secret").map_or_else(|error| error, |_| DeskError::NoNote),
        8 => DeskError::Unsaid("a secret"),
        _ => return Ok("fine"),
    })
}

type Boxed = Box<dyn Error + Send + Sync>;
/// The type decides, not how it is written.
type Alias<T> = anyhow::Result<T>;

struct Desk;

impl Desk {
    /// Fail as the body's own error says.
    #[secure_tool(scope = "desk", owner = unowned("it is everybody's desk"), read_only, rate = 1000/minute)]
    async fn own(
        &self,
        /// How.
        which: u8,
    ) -> Result<&'static str, DeskError> {
        failing(which)
    }

    /// The same through `?`.
    #[secure_tool(scope = "desk", owner = unowned("it is everybody's desk"), read_only, rate = 1000/minute)]
    fn by_question_mark(
        &self,
        /// How.
        which: u8,
    ) -> Result<&'static str, ToolError> {
        Ok(failing(which)?)
    }

    /// The same by name.
    #[secure_tool(scope = "desk", owner = unowned("it is everybody's desk"), read_only, rate = 1000/minute)]
    async fn classified(
        &self,
        /// How.
        which: u8,
    ) -> Result<&'static str, ToolError> {
        failing(which).map_err(ToolError::classified)
    }

    /// Masked, whatever it is.
    #[secure_tool(scope = "desk", owner = unowned("it is everybody's desk"), read_only, rate = 1000/minute)]
    async fn masked(
        &self,
        /// How.
        which: u8,
    ) -> Result<&'static str, ToolError> {
        failing(which).map_err(ToolError::masked)
    }

    /// Masked as `anyhow::Error`.
    #[secure_tool(scope = "desk", owner = unowned("it is everybody's desk"), read_only, rate = 1000/minute)]
    async fn by_anyhow(
        &self,
        /// How.
        which: u8,
    ) -> Alias<&'static str> {
        failing(which).map_err(|error| anyhow::Error::new(error).context("while reading"))
    }

    /// Masked in a box.
    #[secure_tool(scope = "desk", owner = unowned("it is everybody's desk"), read_only, rate = 1000/minute)]
    fn boxed(
        &self,
        /// How.
        which: u8,
    ) -> Result<&'static str, Boxed> {
        Ok(failing(which)?)
    }

    /// Masked as any `std::error::Error`.
    #[secure_tool(scope = "desk", owner = unowned("it is everybody's desk"), read_only, rate = 1000/minute)]
    async fn by_std(&self) -> Result<&'static str, std::num::ParseIntError> {
        "secret".parse::<u8>().map(|_| "fine")
    }

    /// Without a text.
    #[secure_tool(scope = "desk", owner = unowned("it is everybody's desk"), read_only, rate = 1000/minute)]
    async fn quiet(
        &self,
        /// Whether it is gone.
        gone: bool,
    ) -> Result<(), Quiet> {
        Err(if gone { Quiet::Gone } else { Quiet::Broken })
    }

    /// Prove what leaves, and fail with what is masked.
    #[secure_tool(scope = "desk", owner = caller, read_only, rate = 1000/minute)]
    async fn proven(&self, caller: &Caller) -> anyhow::Result<Mine<Vec<Card>>> {
        Ok(Mine(vec![Card { author: caller.subject().to_owned() }, Card { author: "bob".to_owned() }]))
    }
}

#[derive(serde::Serialize, schemars::JsonSchema, HasOwners)]
struct Card {
    #[owner(subject)]
    author: String,
}

/// A desk of which the error type is not known: what it has to be says what becomes of it.
struct Generic<E>(fn() -> E);

impl<E: ToolFailure + Send + 'static> Generic<E> {
    /// Fail.
    #[secure_tool(scope = "desk", owner = unowned("it is everybody's desk"), read_only)]
    async fn fail(&self) -> Result<(), E> {
        Err((self.0)())
    }
}

struct Server {
    server: SecureServer<Desk>,
    audit: Arc<MemorySink>,
}

fn caller() -> Arc<Caller> {
    Arc::new(Caller::local("alice").with_scopes(["desk"]))
}

impl Server {
    fn new() -> Self {
        let audit = Arc::new(MemorySink::new(100));
        let server = SecureServer::builder(Desk)
            .tool(Desk::own())
            .tool(Desk::by_question_mark())
            .tool(Desk::classified())
            .tool(Desk::masked())
            .tool(Desk::by_anyhow())
            .tool(Desk::boxed())
            .tool(Desk::by_std())
            .tool(Desk::quiet())
            .tool(Desk::proven())
            .audit(Arc::clone(&audit))
            .build()
            .unwrap();
        Self { server, audit }
    }

    /// The refusal, and the cause in the audit record.
    async fn fail(&self, tool: &str, key: &str, value: impl Into<serde_json::Value>) -> (CallError, Option<String>) {
        let arguments = if key.is_empty() {
            serde_json::Map::new()
        } else {
            [(key.to_owned(), value.into())].into_iter().collect()
        };
        let error = self.server.call(&caller(), tool, arguments).await.into_result().unwrap_err();
        (error, self.audit.take().remove(0).cause)
    }
}

#[tokio::test]
async fn classes_reach_the_model_with_every_return_type() {
    let server = Server::new();
    for tool in ["own", "by_question_mark", "classified"] {
        for (which, code, says, after) in [
            (0, "not_found", None, None),
            (1, "invalid_arguments", Some("at most 7 words"), None),
            (2, "conflict", Some("the note is closed, see {help}"), None),
            (3, "conflict", Some("1 of   2"), None),
            (4, "forbidden", Some("only on weekdays"), None),
            (5, "unavailable", None, Some(1500)),
            (6, "unavailable", None, Some(9000)),
        ] {
            let (error, cause) = server.fail(tool, "which", which).await;
            assert_eq!((error.code().as_str(), cause), (code, None), "{tool} {which}");
            assert!(says.is_none_or(|says| error.message().contains(says)), "{tool} {which}: {}", error.message());
            assert!(!error.message().contains("not to be shown"), "{tool} {which}");
            let waits = error.retry_after().map(|after| u64::try_from(after.as_millis()).unwrap());
            // On the wire it is whole seconds.
            assert!(
                waits == after || waits == after.map(|after| after.div_ceil(1000) * 1000),
                "{tool} {which}: {waits:?}"
            );
        }
        for (which, chain) in [(7, "the store at 10.0.0.7: invalid digit found in string"), (8, "a secret")] {
            let (error, cause) = server.fail(tool, "which", which).await;
            assert_eq!((error.code().as_str(), cause.as_deref()), ("internal", Some(chain)), "{tool} {which}");
            assert!(!error.message().contains("10.0.0.7") && !error.message().contains("secret"), "{tool} {which}");
        }
    }
}

#[tokio::test]
async fn everything_else_is_masked() {
    let server = Server::new();
    let digit = "invalid digit found in string";
    for (tool, key, value, chain) in [
        ("masked", "which", 1, "at most 7 words".to_owned()),
        ("masked", "which", 7, format!("the store at 10.0.0.7: {digit}")),
        ("by_anyhow", "which", 1, "while reading: at most 7 words".to_owned()),
        ("by_anyhow", "which", 7, format!("while reading: the store at 10.0.0.7: {digit}")),
        ("boxed", "which", 1, "at most 7 words".to_owned()),
        ("boxed", "which", 7, format!("the store at 10.0.0.7: {digit}")),
        ("by_std", "", 0, digit.to_owned()),
    ] {
        let (error, cause) = server.fail(tool, key, value).await;
        assert_eq!((error.code().as_str(), cause), ("internal", Some(chain)), "{tool} {value}");
        assert!(!error.message().contains('7'), "{tool} {value}: {}", error.message());
    }
    let fine = server.server.call(&caller(), "by_anyhow", [("which".to_owned(), 9.into())].into_iter().collect()).await;
    assert_eq!(fine.text(), "fine");
}

#[tokio::test]
async fn an_enum_without_a_text_has_the_names_of_its_variants() {
    let server = Server::new();
    let (gone, cause) = server.fail("quiet", "gone", true).await;
    assert_eq!((gone.code().as_str(), cause), ("not_found", None));
    let (broken, cause) = server.fail("quiet", "gone", false).await;
    assert_eq!((broken.code().as_str(), cause.as_deref()), ("internal", Some("Broken")));
    assert!(!broken.message().contains("Broken"));
}

/// `Result<Mine<_>, anyhow::Error>` is as proven as `Mine<_>`.
#[tokio::test]
async fn an_answer_of_a_tool_with_masked_errors_is_still_checked_for_ownership() {
    let server = Server::new();
    let (error, _) = server.fail("proven", "", 0).await;
    assert_eq!(error.code().as_str(), "internal");
    let _ = server.server.call(&caller(), "proven", serde_json::Map::new()).await;
    assert_eq!(server.audit.take()[0].rule, "breach");
}

#[tokio::test]
async fn an_error_that_is_a_parameter_keeps_its_class() {
    let server =
        SecureServer::builder(Generic(|| DeskError::Weekend)).tool(Generic::<DeskError>::fail()).build().unwrap();
    let error = server.call(&caller(), "fail", serde_json::Map::new()).await.into_result().unwrap_err();
    assert_eq!((error.code().as_str(), error.message().contains("only on weekdays")), ("forbidden", true));
}

/// The docs of `ToolFailure` say so, with the way out.
#[test]
fn a_class_is_lost_behind_a_pointer() {
    fn boxed() -> Result<&'static str, Box<DeskError>> {
        failing(0).map_err(Box::new)
    }
    fn masked() -> Result<&'static str, ToolError> {
        Ok(boxed()?)
    }
    fn kept() -> Result<&'static str, ToolError> {
        Ok(boxed().map_err(|error| *error)?)
    }
    assert_eq!(masked().unwrap_err().code(), "internal");
    assert_eq!(kept().unwrap_err().code(), "not_found");
}
