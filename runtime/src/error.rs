//! What a tool's body answers when it cannot do what it was asked.

use std::{borrow::Cow, error::Error, fmt, time::Duration};

use crate::outcome::Code;

/// A tool's failure, in the words that the model may read.
///
/// `?` on any [`std::error::Error`] makes a masked internal error: the model sees the code `internal` and the call's id, the
/// cause goes to the audit record alone. What the other constructors take as a message is said to the model, so
/// put no internals in it.
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
/// Like `anyhow::Error` it does not implement [`std::error::Error`] itself, so that `?` can convert every type that does.
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
}

impl ToolError {
    /// There is no such object. The answer is the same, to the byte, as the guard's for an object of somebody else.
    #[must_use]
    pub fn not_found() -> Self {
        Self::new(Kind::NotFound, "")
    }

    /// The arguments cannot be used, for a reason that no schema can express.
    #[must_use]
    pub fn invalid(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Kind::Invalid, message)
    }

    /// The object's state does not allow it.
    #[must_use]
    pub fn conflict(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Kind::Conflict, message)
    }

    /// Something the tool needs is down or busy; the model may try again after that time.
    #[must_use]
    pub fn unavailable(retry_after: Duration) -> Self {
        let mut error = Self::new(Kind::Unavailable, "");
        error.0.retry_after = Some(retry_after);
        error
    }

    /// The caller may not do this, for a reason beyond scope and ownership.
    #[must_use]
    pub fn forbidden(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Kind::Forbidden, message)
    }

    /// Something went wrong inside. The cause is for the audit record; the model reads `internal` and the call's id.
    #[must_use]
    pub fn internal(cause: impl fmt::Display) -> Self {
        let mut error = Self::new(Kind::Internal, "");
        error.0.cause = Some(cause.to_string());
        error
    }

    pub(crate) fn too_large() -> Self {
        Self::new(Kind::TooLarge, "")
    }

    pub(crate) fn withheld() -> Self {
        let message = "The answer holds a number that is a payment card's, and this tool does not release those.";
        Self::new(Kind::Withheld, message)
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
            Kind::Forbidden | Kind::Withheld => Self::Forbidden,
            Kind::Internal => Self::Internal,
            Kind::TooLarge => Self::OutputTooLarge,
        }
    }
}

impl<E: Error> From<E> for ToolError {
    fn from(error: E) -> Self {
        let mut cause = error.to_string();
        let mut source = error.source();
        while let Some(error) = source {
            cause.push_str(": ");
            cause.push_str(&error.to_string());
            source = error.source();
        }
        Self::internal(cause)
    }
}

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
