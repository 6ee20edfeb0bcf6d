//! The stages in their order: parse, model, check, expand. Each reports all that it finds.

use proc_macro2::TokenStream;
use quote::quote;

use crate::check::check;
use crate::errors::{Diagnostic, Errors, Sink};
use crate::expand;
use crate::kind::Kind;
use crate::model::Tool;
use crate::syntax::attribute::Attribute;
use crate::syntax::signature::Function;

/// The guarded item, or every mistake together with a stub, so that nothing cascades.
///
/// `attribute` is what the parentheses of the attribute hold, and `item` the function below it.
#[must_use]
pub fn run(kind: Kind, attribute: TokenStream, item: &TokenStream) -> TokenStream {
    let errors = Errors::new();
    let expansion = expansion(kind, attribute, item, &errors.sink());
    let errors = errors.into_compile_errors(kind);
    quote!(#errors #expansion)
}

fn expansion(kind: Kind, attribute: TokenStream, item: &TokenStream, sink: &Sink) -> TokenStream {
    let attribute = Attribute::parse(kind, attribute, sink);
    let Ok(function) = Function::parse(kind, item, sink) else { return item.clone() };
    let tool = Tool::new(kind, attribute, function);
    match check(&tool, sink) {
        Ok(checked) => expand::guarded(&checked),
        Err(_) => expand::stub(&tool),
    }
}

/// Every mistake of an item, without its expansion: what a compiler would say about it, for source code that is only read.
///
/// The arguments are those of [`run`].
///
/// ```
/// use quote::quote;
/// use secure_tool_rules::{Kind, diagnose};
///
/// let attribute = quote!(scope = "invoices:read", owner = caller);
/// let item = quote! {
///     /// List the caller's invoices.
///     async fn list_invoices(&self, caller: &Caller, user_id: String) -> Json<Vec<InvoiceView>> {
///         self.list(caller).await
///     }
/// };
/// let found = diagnose(Kind::Tool, attribute, &item);
/// let codes: Vec<&str> = found.iter().map(|diagnostic| diagnostic.code().name()).collect();
/// assert_eq!(codes, ["ST04", "ST32"]);
/// assert!(found[1].sentence().contains("`user_id`") && found[1].help().contains("`caller: &Caller`"));
/// ```
///
/// A span has a line and a column if the feature `span-locations` of `proc-macro2` is on and the tokens come from parsed text.
#[must_use]
pub fn diagnose(kind: Kind, attribute: TokenStream, item: &TokenStream) -> Vec<Diagnostic> {
    let errors = Errors::new();
    let sink = errors.sink();
    let attribute = Attribute::parse(kind, attribute, &sink);
    if let Ok(function) = Function::parse(kind, item, &sink) {
        // Whether there is anything to expand is of no interest here: what was refused is in the store.
        let _ = check(&Tool::new(kind, attribute, function), &sink);
    }
    errors.into_diagnostics()
}

#[cfg(test)]
mod tests {
    use proc_macro2::TokenStream;
    use quote::quote;

    use super::diagnose;
    use crate::kind::Kind;

    fn codes(kind: Kind, attribute: TokenStream, item: &TokenStream) -> Vec<&'static str> {
        diagnose(kind, attribute, item).iter().map(|diagnostic| diagnostic.code().name()).collect()
    }

    #[test]
    fn every_kind_is_diagnosed() {
        let item = quote! {
            /// An invoice.
            async fn invoice(&self, #[doc = "Which."] invoice: Owned<Invoice>) -> Answer { self.answer(invoice) }
        };
        let shared = quote!(scope = "invoices:read", owner = invoice);
        let with_uri = quote!(uri = "invoices://{invoice}", #shared);
        assert!(codes(Kind::Tool, shared.clone(), &item).is_empty());
        assert!(codes(Kind::Resource, with_uri.clone(), &item).is_empty());
        assert!(codes(Kind::Prompt, shared.clone(), &item).is_empty());
        assert_eq!(codes(Kind::Resource, shared.clone(), &item), ["ST06"]);
        assert_eq!(codes(Kind::Tool, with_uri.clone(), &item), ["ST10"]);
        assert_eq!(codes(Kind::Prompt, with_uri, &item), ["ST10"]);
        for (kind, expected) in [
            (Kind::Tool, &["ST01", "ST02"][..]),
            (Kind::Resource, &["ST01", "ST02", "ST06"]),
            (Kind::Prompt, &["ST01", "ST02"]),
        ] {
            assert_eq!(codes(kind, TokenStream::new(), &item), expected);
        }
    }
}
