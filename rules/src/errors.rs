//! The diagnostics of one attribute, collected so that all of them are reported at once.

use proc_macro2::TokenStream;
use quote::ToTokens;

use crate::messages::Message;

/// A mark that something was refused and that its diagnostic is already collected.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reported;

/// Diagnostics, in the order in which they were found.
///
/// A set must end in [`Errors::into_compile_errors`]: dropping it unchecked is a bug of this crate and panics.
#[derive(Debug, Default)]
pub(crate) struct Errors {
    found: Vec<syn::Error>,
    checked: bool,
}

impl Errors {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Collects one diagnostic that underlines `tokens`.
    pub(crate) fn refuse(&mut self, tokens: impl ToTokens, message: Message) -> Reported {
        self.found.push(syn::Error::new_spanned(tokens, message));
        Reported
    }

    /// Collects one diagnostic at the place where the parser gave up.
    pub(crate) fn refuse_syntax(&mut self, error: &syn::Error, message: Message) -> Reported {
        self.found.push(syn::Error::new(error.span(), message));
        Reported
    }

    /// All diagnostics as `compile_error!` items, or `None` if there is nothing to report.
    pub(crate) fn into_compile_errors(mut self) -> Option<TokenStream> {
        self.checked = true;
        if self.found.is_empty() {
            return None;
        }
        Some(self.found.iter().map(syn::Error::to_compile_error).collect())
    }

    /// The texts of all diagnostics.
    #[cfg(test)]
    pub(crate) fn into_texts(mut self) -> Vec<String> {
        self.checked = true;
        self.found.iter().map(ToString::to_string).collect()
    }
}

impl Drop for Errors {
    #[allow(clippy::panic)]
    fn drop(&mut self) {
        assert!(
            !(!self.checked && !std::thread::panicking()),
            "a set of diagnostics was dropped without being reported"
        );
    }
}

#[cfg(test)]
mod tests {
    use super::Errors;
    use crate::messages;

    #[test]
    fn an_empty_set_reports_nothing() {
        assert!(Errors::new().into_compile_errors().is_none());
    }

    #[test]
    fn every_diagnostic_is_reported() {
        let mut errors = Errors::new();
        errors.refuse(quote::quote!(a), messages::no_scope("a"));
        errors.refuse(quote::quote!(b), messages::no_owner("b", None::<&str>));
        let reported = errors.into_compile_errors().map(|tokens| tokens.to_string()).unwrap_or_default();
        assert_eq!(reported.matches("compile_error").count(), 2);
    }

    #[test]
    #[should_panic(expected = "dropped without being reported")]
    fn an_unchecked_set_panics() {
        drop(Errors::new());
    }
}
