//! The stages in their order: parse, model, check, expand. Each reports all that it finds.

use proc_macro2::TokenStream;
use quote::quote;

use crate::check::check;
use crate::errors::Errors;
use crate::expand;
use crate::model::Tool;
use crate::syntax::attribute::Attribute;
use crate::syntax::signature::Function;

/// The guarded tool, or every mistake together with a stub, so that nothing cascades.
#[must_use]
pub fn run(attribute: TokenStream, item: &TokenStream) -> TokenStream {
    let mut errors = Errors::new();
    let attribute = Attribute::parse(attribute, &mut errors);
    let Ok(function) = Function::parse(item, &mut errors) else {
        let errors = errors.into_compile_errors();
        return quote!(#errors #item);
    };
    let tool = Tool::new(attribute, function);
    check(&tool, &mut errors);
    match errors.into_compile_errors() {
        None => expand::guarded(&tool),
        Some(errors) => {
            let stub = expand::stub(&tool);
            quote!(#errors #stub)
        }
    }
}
