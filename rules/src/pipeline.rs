//! The stages in their order: parse, model, check, expand. Each reports all that it finds.

use proc_macro2::TokenStream;
use quote::quote;

use crate::check::check;
use crate::errors::{Diagnostic, Errors};
use crate::expand;
use crate::model::Tool;
use crate::syntax::attribute::Attribute;
use crate::syntax::signature::Function;

/// The guarded tool, or every mistake together with a stub, so that nothing cascades.
#[must_use]
pub fn run(attribute: TokenStream, item: &TokenStream) -> TokenStream {
    let errors = Errors::new();
    let attribute = Attribute::parse(attribute, &errors.sink());
    let Ok(function) = Function::parse(item, &errors.sink()) else {
        let errors = errors.into_compile_errors();
        return quote!(#errors #item);
    };
    let tool = Tool::new(attribute, function);
    check(&tool, &errors.sink());
    match errors.into_compile_errors() {
        None => expand::guarded(&tool),
        Some(errors) => {
            let stub = expand::stub(&tool);
            quote!(#errors #stub)
        }
    }
}

/// Every mistake of the function below an attribute, without expanding it.
#[must_use]
pub fn diagnose(attribute: TokenStream, item: &TokenStream) -> Vec<Diagnostic> {
    let errors = Errors::new();
    let attribute = Attribute::parse(attribute, &errors.sink());
    if let Ok(function) = Function::parse(item, &errors.sink()) {
        check(&Tool::new(attribute, function), &errors.sink());
    }
    errors.into_diagnostics()
}
