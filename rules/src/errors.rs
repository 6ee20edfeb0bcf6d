//! The diagnostics of one item, collected so that all of them are reported at once.
//!
//! There is one store for an item, [`Errors`], and as many [`Sink`]s as the item has parts. A parser or a rule reports to its
//! sink and goes on; afterwards it asks the sink whether *its own* part failed. A part that failed for another part's
//! mistake would hide its own mistakes, and a part that does not know of its own would pass on half a value.

use std::cell::{Cell, RefCell};

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;

use crate::kind::Kind;
use crate::messages::{Code, Message};

/// Proof that something was refused and that its diagnostic is already collected: only [`Sink`] makes one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reported(());

/// One mistake, and what to do about it.
#[derive(Clone, Debug)]
pub struct Diagnostic {
    message: Message,
    error: syn::Error,
}

impl Diagnostic {
    /// The code, such as `ST01`; the error index of `secure_tool` explains it.
    #[must_use]
    pub fn code(&self) -> Code {
        self.message.code()
    }

    /// What is wrong, in one sentence.
    #[must_use]
    pub fn sentence(&self) -> &str {
        self.message.sentence()
    }

    /// What to do about it, with code to paste.
    #[must_use]
    pub fn help(&self) -> &str {
        self.message.help()
    }

    /// The tokens to underline.
    #[must_use]
    pub fn span(&self) -> Span {
        self.error.span()
    }
}

/// All diagnostics of one item, in the order in which they were found.
///
/// A store must end in one of the methods that take it: dropping it unchecked is a bug of this crate and panics.
#[derive(Debug, Default)]
pub(crate) struct Errors {
    found: RefCell<Vec<Diagnostic>>,
    checked: bool,
}

impl Errors {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// The sink of the whole item.
    pub(crate) fn sink(&self) -> Sink<'_> {
        Sink { store: self, parent: None, failed: Cell::new(false) }
    }

    /// All diagnostics.
    pub(crate) fn into_diagnostics(mut self) -> Vec<Diagnostic> {
        self.checked = true;
        self.found.take()
    }

    /// All diagnostics as `compile_error!` items, or `None` if there is nothing to report.
    pub(crate) fn into_compile_errors(self, kind: Kind) -> Option<TokenStream> {
        let found = self.into_diagnostics();
        if found.is_empty() {
            return None;
        }
        let shape = found.iter().position(|diagnostic| diagnostic.code() == Code::ST35);
        let error = |(index, diagnostic): (usize, &Diagnostic)| {
            if Some(index) != shape {
                return diagnostic.error.to_compile_error();
            }
            // Once for an item, however many of its parts have a wrong shape.
            let text = format!("{}\nnote: {}", diagnostic.message, kind.grammar().legal);
            syn::Error::new(diagnostic.span(), text).to_compile_error()
        };
        Some(found.iter().enumerate().map(error).collect())
    }

    /// The texts of all diagnostics.
    #[cfg(test)]
    pub(crate) fn into_texts(self) -> Vec<String> {
        self.into_diagnostics().iter().map(|diagnostic| diagnostic.error.to_string()).collect()
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

/// Where one part of an item reports what is wrong with it.
pub(crate) struct Sink<'a> {
    store: &'a Errors,
    parent: Option<&'a Sink<'a>>,
    failed: Cell<bool>,
}

impl Sink<'_> {
    /// A sink for a part of this part. What fails in it has failed here too.
    pub(crate) fn child(&self) -> Sink<'_> {
        Sink { store: self.store, parent: Some(self), failed: Cell::new(false) }
    }

    /// Collects one diagnostic that underlines `tokens`.
    pub(crate) fn refuse(&self, tokens: impl ToTokens, message: Message) -> Reported {
        let error = syn::Error::new_spanned(tokens, &message);
        self.report(Diagnostic { message, error })
    }

    /// Collects one diagnostic at the place where the parser gave up.
    pub(crate) fn refuse_syntax(&self, error: &syn::Error, message: Message) -> Reported {
        let error = syn::Error::new(error.span(), &message);
        self.report(Diagnostic { message, error })
    }

    /// Marks this part as failed without a word: the compiler has refused it already, and nothing that is refused compiles.
    pub(crate) fn refused_by_compiler(&self) -> Reported {
        self.fail()
    }

    /// The mark of what failed in this part or in a part of it, if anything did.
    pub(crate) fn failed(&self) -> Option<Reported> {
        self.failed.get().then_some(Reported(()))
    }

    /// What this part made, unless something failed in it.
    pub(crate) fn finish<T>(self, made: T) -> Result<T, Reported> {
        self.failed().map_or(Ok(made), Err)
    }

    fn report(&self, diagnostic: Diagnostic) -> Reported {
        self.store.found.borrow_mut().push(diagnostic);
        self.fail()
    }

    fn fail(&self) -> Reported {
        let mut part = Some(self);
        while let Some(sink) = part {
            sink.failed.set(true);
            part = sink.parent;
        }
        Reported(())
    }
}

#[cfg(test)]
mod tests {
    use super::Errors;
    use crate::kind::Kind;
    use crate::messages;

    #[test]
    fn an_empty_set_reports_nothing() {
        assert!(Errors::new().into_compile_errors(Kind::Tool).is_none());
    }

    #[test]
    fn every_diagnostic_is_reported() {
        let errors = Errors::new();
        errors.sink().refuse(quote::quote!(a), messages::no_scope("a"));
        errors.sink().child().refuse(quote::quote!(b), messages::no_owner_at_all("b"));
        let reported = errors.into_compile_errors(Kind::Tool).map(|tokens| tokens.to_string()).unwrap_or_default();
        assert_eq!(reported.matches("compile_error").count(), 2);
    }

    #[test]
    fn a_part_knows_of_its_own_failure_only() {
        let errors = Errors::new();
        let item = errors.sink();
        let (broken, sound) = (item.child(), item.child());
        let (inner, beside) = (broken.child(), broken.child());
        inner.refuse(quote::quote!(a), messages::no_scope("a"));
        assert!(inner.failed().is_some() && broken.failed().is_some() && item.failed().is_some());
        assert!(beside.failed().is_none() && sound.failed().is_none());
        assert_eq!((sound.finish(1).ok(), broken.finish(2).ok()), (Some(1), None));
        assert_eq!(errors.into_texts().len(), 1);
    }

    #[test]
    #[should_panic(expected = "dropped without being reported")]
    fn an_unchecked_set_panics() {
        drop(Errors::new());
    }
}
