//! How what a body returns becomes an answer or a failure, by its concrete type.
//!
//! No single trait can cover every type of error: the standard library may make `Box<dyn Error>` an `Error` one day, and an error that knows its
//! class may be one as well. The expansion has the concrete type, so it asks [`Returned`] by a method: one of the type itself, for the
//! errors that are listed here, goes before the trait's, for everything else. Both take `self` by value, so that no trait in scope comes first.

use std::{error::Error, marker::PhantomData};

use crate::{ToolError, ToolFailure};

/// What a body returns.
pub struct Returned<R>(PhantomData<fn() -> R>);

impl<R> Returned<R> {
    /// The type, without a value.
    #[must_use]
    pub const fn new() -> Self {
        Self(PhantomData)
    }
}

impl<R> Default for Returned<R> {
    fn default() -> Self {
        Self::new()
    }
}

/// Makes an answer, an `A`, of what a body returns.
pub struct Adapter<R, A>(fn(R) -> A);

impl<R, A> Clone for Adapter<R, A> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R, A> Copy for Adapter<R, A> {}

impl<R, A> Adapter<R, A> {
    /// The answer.
    pub fn answer(self, returned: R) -> A {
        (self.0)(returned)
    }
}

/// Errors that know their class.
impl<T, E: ToolFailure> Returned<Result<T, E>> {
    /// The way to an answer.
    #[must_use]
    pub fn __secure_tool_adapter(self) -> Adapter<Result<T, E>, Result<T, ToolError>> {
        Adapter(|returned| returned.map_err(ToolError::classified))
    }
}

/// Errors of any type, masked.
impl<T> Returned<Result<T, Box<dyn Error + Send + Sync>>> {
    /// The way to an answer.
    #[must_use]
    pub fn __secure_tool_adapter(self) -> Adapter<Result<T, Box<dyn Error + Send + Sync>>, Result<T, ToolError>> {
        Adapter(|returned| returned.map_err(ToolError::masked))
    }
}

/// Errors of `anyhow`, masked.
#[cfg(feature = "anyhow")]
impl<T> Returned<Result<T, anyhow::Error>> {
    /// The way to an answer.
    #[must_use]
    pub fn __secure_tool_adapter(self) -> Adapter<Result<T, anyhow::Error>, Result<T, ToolError>> {
        Adapter(|returned| returned.map_err(ToolError::masked))
    }
}

/// Everything else is an answer as it is, or none.
pub trait AnyReturned<R>: Sized {
    /// The way to an answer.
    fn __secure_tool_adapter(self) -> Adapter<R, R> {
        Adapter(|returned| returned)
    }
}

impl<R> AnyReturned<R> for Returned<R> {}

#[cfg(test)]
mod tests {
    use std::{error::Error, io};

    use super::{AnyReturned as _, Returned};
    use crate::{ToolError, ToolFailure};

    /// Knows its class, and is an error for others.
    #[derive(Debug)]
    struct Paid;

    impl std::fmt::Display for Paid {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("SELECT 1")
        }
    }

    impl Error for Paid {}

    impl ToolFailure for Paid {
        fn into_tool_error(self) -> ToolError {
            ToolError::conflict("the invoice is paid already")
        }
    }

    #[test]
    fn a_class_goes_before_the_error_that_it_is_as_well() {
        let adapter = Returned::<Result<(), Paid>>::new().__secure_tool_adapter();
        assert_eq!(adapter.answer(Err(Paid)).unwrap_err().code(), "conflict");
    }

    #[test]
    fn boxes_are_masked_with_their_sources() {
        let adapter = Returned::<Result<(), Box<dyn Error + Send + Sync>>>::new().__secure_tool_adapter();
        let error = adapter.answer(Err(Box::new(io::Error::other(Paid)))).unwrap_err();
        assert_eq!(error.code(), "internal");
        assert!(error.into_parts().3.unwrap().contains("SELECT 1"));
    }

    #[cfg(feature = "anyhow")]
    #[test]
    fn errors_of_anyhow_are_masked_with_their_context() {
        let adapter = Returned::<Result<(), anyhow::Error>>::new().__secure_tool_adapter();
        let error = adapter.answer(Err(anyhow::Error::new(Paid).context("while paying"))).unwrap_err();
        assert_eq!(error.code(), "internal");
        assert_eq!(error.into_parts().3.as_deref(), Some("while paying: SELECT 1"));
    }

    #[test]
    fn everything_else_stays_what_it_is() {
        let adapter = Returned::<String>::new().__secure_tool_adapter();
        assert_eq!(adapter.answer("text".to_owned()), "text");
        let adapter = Returned::<Result<(), ToolError>>::new().__secure_tool_adapter();
        assert_eq!(adapter.answer(Err(ToolError::not_found())).unwrap_err().code(), "not_found");
    }
}
