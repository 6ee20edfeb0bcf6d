//! From a checked tool to code. Nothing here can fail.
//!
//! Generated names are hygienic (`Span::mixed_site`), and every path begins with `::core` or with the root of the runtime crate.

mod arguments;
mod body;
mod docs;
mod spans;
mod stub;
mod tool;

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::Attribute;
use syn::ext::IdentExt;

use crate::model::{Home, Tool};
use crate::syntax::docs::is_doc_text;

pub(crate) use stub::stub;

/// The guarded tool: a function that describes it, and the hidden body.
pub(crate) fn guarded(tool: &Tool) -> TokenStream {
    let body = body::hidden(tool);
    if tool.home == Home::Free {
        tool::public(tool, Some(&body))
    } else {
        let public = tool::public(tool, None);
        quote!(#public #body)
    }
}

/// The name of the hidden body.
fn hidden_name(tool: &Tool) -> Ident {
    let name = tool.ident().unraw();
    Ident::new(&format!("__{}_{name}", tool.kind.grammar().attribute), spans::beside(tool.ident().span()))
}

fn is_conditional(attribute: &Attribute) -> bool {
    attribute.path().is_ident("cfg") || attribute.path().is_ident("cfg_attr")
}

fn is_documentation(attribute: &Attribute) -> bool {
    is_doc_text(attribute) || attribute.path().is_ident("doc")
}

fn is_deprecation(attribute: &Attribute) -> bool {
    attribute.path().is_ident("deprecated")
}

fn is_allowance(attribute: &Attribute) -> bool {
    attribute.path().is_ident("allow")
}

/// The user's attributes that describe the tool: its docs, its deprecation, its conditions, and the lints switched off for it.
fn public_attributes(tool: &Tool) -> impl Iterator<Item = &Attribute> {
    tool.function.attributes.iter().filter(|attribute| {
        is_conditional(attribute) || is_documentation(attribute) || is_deprecation(attribute) || is_allowance(attribute)
    })
}

/// The user's attributes that belong to the body.
fn hidden_attributes(tool: &Tool) -> impl Iterator<Item = &Attribute> {
    tool.function.attributes.iter().filter(|attribute| !is_documentation(attribute) && !is_deprecation(attribute))
}
