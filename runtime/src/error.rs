//! The errors that the body of a tool returns.

use std::{borrow::Cow, error::Error, fmt, time::Duration};

use crate::outcome::Code;

/// The longest time that a model is told to wait.
const LONGEST_WAIT: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// The failure of a tool, with the text that the model may read.
///
/// The text is masked like an answer, and truncated at the tool's `max_output` bytes.
///
/// `?` on any [`std::error::Error`] creates a masked internal error: the model sees the code `internal` and the id of the call, and only the audit
/// record holds the cause. The messages of the other constructors are shown to the model, so do not put internals in them.
///
/// ```
/// use secure_tool::ToolError;
///
/// fn parse(text: &str) -> Result<u16, ToolError> {
///     let port: u16 = text.parse()?; // masked
///     if port < 1024 {
///         return Err(ToolError::invalid("the port must be 1024 or more"));
///     }
///     Ok(port)
/// }
/// assert_eq!(parse("80").unwrap_err().code(), "invalid_arguments");
/// assert_eq!(parse("eighty").unwrap_err().code(), "internal");
/// ```
///
/// `?` on an error that [derives its class](ToolFailure) keeps the class.
///
/// Like `anyhow::Error`, it does not implement [`std::error::Error`] itself, so that `?` can convert every type that does.
pub struct ToolError(Box<Inner>);

struct Inner {
    kind: Kind,
    message: Cow<'static, str>,
    retry_after: Option<Duration>,
    cause: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    NotFound,
    Invalid,
    Conflict,
    Unavailable,
    Forbidden,
    Internal,
    TooLarge,
    Withheld,
    Inspected,
    Content,
}

impl ToolError {
    /// There is no such object. The answer is byte for byte the one that the guard gives for an object of somebody else.
    #[must_use]
    pub fn not_found() -> Self {
        Self::new(Kind::NotFound, "")
    }

    /// The arguments are invalid for a reason that the schema cannot express.
    #[must_use]
    pub fn invalid(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Kind::Invalid, message)
    }

    /// The object's state does not allow it.
    #[must_use]
    pub fn conflict(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Kind::Conflict, message)
    }

    /// Something that the tool needs is down or busy; the model may retry after that time, which is capped at one year.
    ///
    /// A tool that writes should return it only if nothing has happened, because the model will retry.
    #[must_use]
    pub fn unavailable(retry_after: Duration) -> Self {
        let mut error = Self::new(Kind::Unavailable, "");
        error.0.retry_after = Some(retry_after.min(LONGEST_WAIT));
        error
    }

    /// The caller may not do this, for a reason beyond scope and ownership.
    #[must_use]
    pub fn forbidden(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Kind::Forbidden, message)
    }

    /// An internal error. The cause is for the audit record; the model reads `internal` and the id of the call.
    ///
    /// It is then unknown what a tool that writes has done so far, so the model is told to check and not to repeat the call. If nothing has happened,
    /// or everything was rolled back, return another error, such as [`unavailable`](Self::unavailable) or [`conflict`](Self::conflict).
    #[must_use]
    pub fn internal(cause: impl fmt::Display) -> Self {
        let mut error = Self::new(Kind::Internal, "");
        error.0.cause = Some(cause.to_string());
        error
    }

    /// Converts an error with a class, as `?` does: for `.map_err(ToolError::classified)`.
    #[must_use]
    pub fn classified(error: impl ToolFailure) -> Self {
        error.into()
    }

    /// An internal error regardless of the class that the error may have: for `.map_err(ToolError::masked)`. The cause goes to the audit record.
    ///
    /// It accepts every [`std::error::Error`], `Box<dyn Error + Send + Sync>`, and `anyhow::Error`.
    #[must_use]
    pub fn masked(error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::internal(chain(&*error.into()))
    }

    /// With a cause for the audit record.
    pub(crate) fn because(mut self, cause: String) -> Self {
        self.0.cause = Some(cause);
        self
    }

    pub(crate) fn too_large() -> Self {
        Self::new(Kind::TooLarge, "")
    }

    /// The cause names the place of the number, for the author of the tool, who can declare it.
    pub(crate) fn withheld(cause: String) -> Self {
        let message = "The answer contains a payment card number, which this tool does not release.";
        let mut error = Self::new(Kind::Withheld, message);
        error.0.cause = Some(cause);
        error
    }

    /// A detector of the application refused the answer.
    pub(crate) fn inspected(cause: String) -> Self {
        let mut error =
            Self::new(Kind::Inspected, "The answer contains text from an external source that must not be sent.");
        error.0.cause = Some(cause);
        error
    }

    /// A block that must not be in the answer, or is not what it claims to be. The cause is for the author of the tool.
    pub(crate) fn content(cause: impl fmt::Display) -> Self {
        let mut error = Self::new(Kind::Content, "");
        error.0.cause = Some(cause.to_string());
        error
    }

    fn new(kind: Kind, message: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(Inner { kind, message: message.into(), retry_after: None, cause: None }))
    }

    /// The stable, machine-readable code that the model receives.
    #[must_use]
    pub fn code(&self) -> &'static str {
        Code::from(self.kind()).as_str()
    }

    pub(crate) fn kind(&self) -> Kind {
        self.0.kind
    }

    pub(crate) fn into_parts(self) -> (Kind, Cow<'static, str>, Option<Duration>, Option<String>) {
        let Inner { kind, message, retry_after, cause } = *self.0;
        (kind, message, retry_after, cause)
    }
}

impl From<Kind> for Code {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::NotFound => Self::NotFound,
            Kind::Invalid => Self::InvalidArguments,
            Kind::Conflict => Self::Conflict,
            Kind::Unavailable => Self::Unavailable,
            Kind::Forbidden | Kind::Withheld | Kind::Inspected => Self::Forbidden,
            Kind::Internal | Kind::Content => Self::Internal,
            Kind::TooLarge => Self::OutputTooLarge,
        }
    }
}

/// `Unpin` excludes the errors that derive [`ToolFailure`], and those that contain one: the former have their own conversion, which keeps the class,
/// and the latter must choose, [`ToolError::masked`] or a class. Every other error is `Unpin`, unless something in it is pinned.
#[diagnostic::do_not_recommend]
impl<E: Error + Unpin> From<E> for ToolError {
    fn from(error: E) -> Self {
        Self::internal(chain(&error))
    }
}

/// The text of an error, followed by those of its causes.
fn chain(error: &dyn Error) -> String {
    let mut cause = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        cause.push_str(": ");
        cause.push_str(&error.to_string());
        source = error.source();
    }
    cause
}

/// An enum of errors that declares what the model is told about each: derive it.
///
/// | on a variant | the model is told |
/// |---|---|
/// | `#[failure(not_found)]` | that there is no such object, in the words of the guard |
/// | `#[failure(invalid)]` | that the arguments are invalid, and the text of the error (`Display`) |
/// | `#[failure(conflict)]` | that the state of the object does not allow it, and the text of the error |
/// | `#[failure(forbidden)]` | that the caller may not do this, and the text of the error |
/// | `#[failure(unavailable(30s))]` | to retry after that time |
/// | `#[failure(internal)]`, or nothing | nothing: the error is masked, its cause goes to the audit record |
///
/// `invalid("…")`, `conflict("…")` and `forbidden("…")` set the text, which may use the fields of the variant: `"at most {most} lines"`, `"{0} is
/// paid"`. The text must not contain internals, so use `internal` for a variant that wraps the error of a library.
///
/// ```
/// use secure_tool::{ToolError, ToolFailure};
///
/// #[derive(Debug, ToolFailure)]
/// enum BillingError {
///     #[failure(not_found)]
///     NoInvoice,
///     #[failure(conflict("the invoice is {state}"))]
///     Settled { state: &'static str },
///     #[failure(unavailable(30s))]
///     BankIsClosed,
///     Database(std::io::Error),
/// }
///
/// fn settle() -> Result<(), BillingError> {
///     Err(BillingError::Settled { state: "paid" })
/// }
///
/// fn body() -> Result<(), ToolError> {
///     settle()?; // keeps its class
///     Ok(())
/// }
///
/// assert_eq!(body().unwrap_err().code(), "conflict");
/// assert_eq!(settle().map_err(ToolError::classified).unwrap_err().code(), "conflict");
/// assert_eq!(ToolError::from(BillingError::Database(std::io::ErrorKind::NotFound.into())).code(), "internal");
/// ```
///
/// A tool may fail with the enum itself: `Result<Json<Receipt>, BillingError>`. The enum may implement [`std::error::Error`] (by hand, or with
/// `thiserror`) but need not; if it does, its text and its causes become the cause in the audit record. The derive makes it `!Unpin`, which keeps `?`
/// from masking it like any other error: an error that contains it does not convert with `?`; `.map_err(ToolError::masked)` converts it and drops the
/// class.
///
/// Behind a pointer the class is lost: a `Box<BillingError>` or an `Arc<BillingError>` is `Unpin` and is masked like every other error, both as the
/// error type of a tool and by `?`. Take the enum out first: `.map_err(|error| *error)?`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no class of failures for the model [ST36]",
    label = "does not derive `ToolFailure`",
    note = "help: write `#[derive(ToolFailure)]` on an enum, and put `#[failure(not_found)]`, `#[failure(conflict)]` and so on on its variants; or mask it: `.map_err(ToolError::masked)`"
)]
pub trait ToolFailure: Into<ToolError> {
    #[doc(hidden)]
    fn __secure_tool_classify(self) -> ToolError;
}

/// Implemented by nothing: the bound that the derive puts on `Unpin`.
pub trait Failing {}

/// The text that an error has for the model.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no text for the model [ST36]",
    label = "does not implement `Display`",
    note = "help: write the text, `#[failure(conflict(\"the invoice is paid\"))]`; or implement `Display`"
)]
pub trait Says {
    /// The text.
    fn says(&self) -> String;
}

#[diagnostic::do_not_recommend]
impl<E: fmt::Display> Says for E {
    fn says(&self) -> String {
        self.to_string()
    }
}

/// The text of an error, for the derive.
pub fn said<E: Says>(error: &E) -> String {
    error.says()
}

/// The cause of a masked error: its chain, if it is an [`Error`].
pub struct Cause<'e, E>(pub &'e E);

impl<E: Error> Cause<'_, E> {
    #[doc(hidden)]
    #[must_use]
    pub fn __secure_tool_masked(&self, _: &'static str) -> ToolError {
        ToolError::internal(chain(self.0))
    }
}

/// The cause of any other masked error: the name of its variant.
pub trait NoCause {
    #[doc(hidden)]
    fn __secure_tool_masked(&self, variant: &'static str) -> ToolError {
        ToolError::internal(variant)
    }
}

impl<E> NoCause for Cause<'_, E> {}

/// Shows no cause: a `{:?}` in an application's log must not undo the masking.
impl fmt::Debug for ToolError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ToolError")
            .field("code", &self.code())
            .field("message", &self.0.message)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_converted_error_keeps_its_chain_for_the_audit_and_shows_none_of_it() {
        #[derive(Debug)]
        struct Outer(std::num::ParseIntError);
        impl fmt::Display for Outer {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("outer")
            }
        }
        impl Error for Outer {
            fn source(&self) -> Option<&(dyn Error + 'static)> {
                Some(&self.0)
            }
        }
        let error = ToolError::from(Outer("x".parse::<u8>().unwrap_err()));
        assert_eq!(format!("{error:?}"), r#"ToolError { code: "internal", message: "", .. }"#);
        let (kind, message, _, cause) = error.into_parts();
        assert_eq!((kind, &*message), (Kind::Internal, ""));
        assert_eq!(cause.as_deref(), Some("outer: invalid digit found in string"));
    }
}
