//! The types that a tool can return: the type determines how answers are written, and whether they are proven to belong to the caller.
//!
//! No single implementation can accept every error type: `anyhow::Error` might implement `std::error::Error` one day, so coherence forbids an
//! implementation for it in addition to one for every `Error`. Each case has its own marker type, and the compiler infers the one that fits. Nothing
//! is resolved by name, so no trait in scope can interfere.

use std::error::Error;

use secure_tool_vocabulary::Media;
use serde_json::Value;

use super::{Inspecting, Mine, Output, Released, Rules, ToolOutput};
use crate::{HasOwners, Owner, ToolError};

/// An answer that writes itself.
pub struct Direct;

/// An answer, or an error that is always masked.
pub struct Masked;

/// The types that the body of a tool can return.
#[diagnostic::on_unimplemented(
    message = "a tool cannot return `{Self}` [ST36]",
    label = "is not a `ToolOutput`",
    note = "help: return `Json<{Self}>` for a type with `Serialize` and `JsonSchema`, `String` for text, `Image` or `Audio`, `Answer` for several of these, `()` for nothing, or a `Result` of one"
)]
pub trait Returned<How>: Send + 'static {
    /// [`ToolOutput::output_schema`]
    fn schema() -> Option<Value>;

    /// [`ToolOutput::media`]
    fn media() -> Option<&'static [Media]>;

    /// [`ToolOutput::check_owners`]
    fn check(&self, passes: &mut dyn FnMut(&Owner) -> bool) -> bool;

    /// [`ToolOutput::write`]
    ///
    /// # Errors
    ///
    /// Whatever prevents it from leaving.
    fn leave(self, output: &mut Output) -> Result<(), ToolError>;
}

impl<R: ToolOutput> Returned<Direct> for R {
    fn schema() -> Option<Value> {
        R::output_schema()
    }

    fn media() -> Option<&'static [Media]> {
        R::media()
    }

    fn check(&self, passes: &mut dyn FnMut(&Owner) -> bool) -> bool {
        self.check_owners(passes)
    }

    fn leave(self, output: &mut Output) -> Result<(), ToolError> {
        self.write(output)
    }
}

/// Error types that do not implement `std::error::Error`, and are masked.
macro_rules! masked {
    ($($(#[$only:meta])* $error:ty;)*) => {$(
        $(#[$only])*
        #[diagnostic::do_not_recommend]
        impl<T: ToolOutput> Returned<Masked> for Result<T, $error> {
            fn schema() -> Option<Value> {
                T::output_schema()
            }

            fn media() -> Option<&'static [Media]> {
                T::media()
            }

            fn check(&self, passes: &mut dyn FnMut(&Owner) -> bool) -> bool {
                self.as_ref().map_or(true, |value| value.check_owners(passes))
            }

            fn leave(self, output: &mut Output) -> Result<(), ToolError> {
                self.map_err(ToolError::masked)?.write(output)
            }
        }

        $(#[$only])*
        #[diagnostic::do_not_recommend]
        impl<T: ProvesOwners> ProvenReturned<Masked> for Result<T, $error> {}
    )*};
}

masked! {
    Box<dyn Error + Send + Sync>;
    #[cfg(feature = "anyhow")]
    anyhow::Error;
}

/// Implements for the bodies of another kind what [`Returned`] is for tools: answers that write themselves, results whose error is masked, and the
/// same for types that prove ownership.
macro_rules! returned_as {
    ($returned:ident of $output:ident, $proven:ident of $proves:ident) => {
        impl<R: $output> $returned<Direct> for R {
            type Output = R;

            fn check(&self, passes: &mut dyn FnMut(&Owner) -> bool) -> bool {
                self.check_owners(passes)
            }

            fn masked(self) -> Result<R, ToolError> {
                Ok(self)
            }
        }

        impl<R: $proves> $proven<Direct> for R {}

        returned_as! { @masked $returned of $output, $proven of $proves, Box<dyn std::error::Error + Send + Sync> }
        #[cfg(feature = "anyhow")]
        returned_as! { @masked $returned of $output, $proven of $proves, anyhow::Error }
    };
    // An error type that does not implement `std::error::Error`.
    (@masked $returned:ident of $output:ident, $proven:ident of $proves:ident, $error:ty) => {
        #[diagnostic::do_not_recommend]
        impl<T: $output> $returned<Masked> for Result<T, $error> {
            type Output = T;

            fn check(&self, passes: &mut dyn FnMut(&Owner) -> bool) -> bool {
                self.as_ref().map_or(true, |value| value.check_owners(passes))
            }

            fn masked(self) -> Result<T, ToolError> {
                self.map_err(ToolError::masked)
            }
        }

        #[diagnostic::do_not_recommend]
        impl<T: $proves> $proven<Masked> for Result<T, $error> {}
    };
}

pub(super) use returned_as;

/// An error that a tool can fail with: a [`ToolError`], one that [derives its class](crate::ToolFailure), or any [`std::error::Error`], which is
/// masked.
#[diagnostic::on_unimplemented(
    message = "a tool cannot fail with `{Self}` [ST36]",
    label = "does not say whether the model may read it",
    note = "help: fail with `ToolError`: `.map_err(ToolError::masked)` for an error that the model may not read, `ToolError::invalid(\"…\")` with a text that it may read; or with an enum that derives `ToolFailure`; `anyhow::Error` needs the feature `anyhow`"
)]
pub trait Failure: Send + 'static {
    /// Converts it to the error that the model is told.
    fn into_tool_error(self) -> ToolError;
}

#[diagnostic::do_not_recommend]
impl<E: Into<ToolError> + Send + 'static> Failure for E {
    fn into_tool_error(self) -> ToolError {
        self.into()
    }
}

impl<T: ToolOutput, E: Failure> ToolOutput for Result<T, E> {
    fn output_schema() -> Option<Value> {
        T::output_schema()
    }

    fn media() -> Option<&'static [Media]> {
        T::media()
    }

    fn check_owners(&self, passes: &mut dyn FnMut(&Owner) -> bool) -> bool {
        self.as_ref().map_or(true, |value| value.check_owners(passes))
    }

    fn write(self, output: &mut Output) -> Result<(), ToolError> {
        self.map_err(Failure::into_tool_error)?.write(output)
    }
}

/// An answer that shows every object in it to the guard before it leaves: what a `read_only` tool with `owner = caller` returns (ST28).
///
/// It is implemented for [`Mine<T>`], [`ProvenAnswer`](crate::ProvenAnswer) and `Result<Mine<T>, E>`, and for `()` and `&'static str`, which contain
/// no objects: the former is empty, and the latter is a static text of the program. A `String` or [`Json`](crate::Json) may contain anything.
///
/// Implement it for your own answer type if its [`check_owners`](ToolOutput::check_owners) passes on the owner of everything in it:
///
/// ```
/// use secure_tool::{Output, Owner, ProvesOwners, ToolError, ToolOutput};
///
/// struct Letter { to: String, text: String }
///
/// impl ToolOutput for Letter {
///     fn check_owners(&self, passes: &mut dyn FnMut(&Owner) -> bool) -> bool {
///         passes(&Owner::subject(self.to.as_str()))
///     }
///     fn write(self, output: &mut Output) -> Result<(), ToolError> {
///         output.text(self.text)
///     }
/// }
///
/// impl ProvesOwners for Letter {}
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not prove who owns it, but the tool is `read_only` with `owner = caller` [ST28]",
    label = "may contain objects of somebody else",
    note = "help: return `Mine<_>`, in which the guard checks every object (a `Resource` has an owner already; for a view, derive `HasOwners`), or `ProvenAnswer` for several blocks; or say why it cannot be checked: `owner = caller(\"why it cannot contain objects of somebody else\")`"
)]
pub trait ProvesOwners: ToolOutput {}

impl<T: HasOwners> ProvesOwners for Mine<T> where Self: ToolOutput {}
#[diagnostic::do_not_recommend]
impl ProvesOwners for () {}
#[diagnostic::do_not_recommend]
impl ProvesOwners for &'static str {}
impl<T: ProvesOwners, E: Failure> ProvesOwners for Result<T, E> {}

/// [`Returned`] types that are proven to belong to the caller.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not prove who owns it, but the tool is `read_only` with `owner = caller` [ST28]",
    label = "may contain objects of somebody else",
    note = "help: return `Mine<_>`, in which the guard checks every object (a `Resource` has an owner already; for a view, derive `HasOwners`), or `ProvenAnswer` for several blocks; or say why it cannot be checked: `owner = caller(\"why it cannot contain objects of somebody else\")`"
)]
pub trait ProvenReturned<How>: Returned<How> {}

impl<R: ProvesOwners> ProvenReturned<Direct> for R {}

/// [`ToolOutput::check_owners`].
type CheckOwners<R> = fn(&R, &mut dyn FnMut(&Owner) -> bool) -> bool;

/// Writes an `R` as an answer.
type Write<R> = fn(R, &Rules, &mut Inspecting<'_>) -> Result<Released, ToolError>;

/// The properties of a tool's answers that follow from their type.
pub struct Shape {
    pub(crate) schema: Option<Value>,
    pub(crate) media: Option<&'static [Media]>,
}

/// How the guard releases an `R`: first its owners are checked, then it is written.
pub struct Outlet<R> {
    pub(crate) check_owners: CheckOwners<R>,
    pub(crate) write: Write<R>,
    /// The media type of a resource, if it follows from the type.
    pub(crate) media_type: Option<&'static str>,
}

impl<R> Clone for Outlet<R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R> Copy for Outlet<R> {}

/// The shape and the outlet of a tool that returns `R`.
#[must_use]
pub fn output<R: Returned<How>, How>() -> (Shape, Outlet<R>) {
    let write: Write<R> = |value, rules, inspection| {
        let mut output = Output::within(rules);
        if let Err(error) = value.leave(&mut output) {
            output.record_withheld(&rules.scan, inspection);
            return Err(error);
        }
        output.release(&rules.scan, inspection)
    };
    let outlet = Outlet { check_owners: R::check, write, media_type: None };
    (Shape { schema: R::schema(), media: R::media() }, outlet)
}

/// The same for a tool that has to prove the ownership of its answers.
#[must_use]
pub fn proven_output<R: ProvenReturned<How>, How>() -> (Shape, Outlet<R>) {
    output::<R, How>()
}
