//! What the guarded item and its stub share: the signature that callers see, and the names around it.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::Attribute;
use syn::ext::IdentExt;

use super::spans::{Root, beside};
use crate::kind::Kind;
use crate::model::{Capability, Demand, State};
use crate::syntax::docs::is_doc_text;
use crate::syntax::signature::Function;

/// `pub fn get_invoice() -> P::Tool<Self>`, with the generics of an item that fits any state.
pub(super) fn outline<'t>(
    kind: Kind,
    function: &Function,
    state: &State,
    demands: impl Iterator<Item = Demand<'t>>,
    root: &Root,
) -> TokenStream {
    let visibility = &function.visibility;
    let name = &function.signature.ident;
    let state_type = state_type(function, state);
    let returned = root.generic(kind.grammar().types.guarded, &state_type, &state_type);
    let here = Span::mixed_site();
    let fn_token = &function.signature.fn_token;
    let where_clause = &function.signature.generics.where_clause;
    let conditions = where_clause.as_ref().map(|clause| &clause.predicates);
    let outline = match state {
        State::SelfType | State::Given(_) => quote_spanned!(here=> #fn_token #name() -> #returned #where_clause),
        State::Any => {
            let bounds = demands.map(|demand| {
                let ty = demand.ty.to_token_stream();
                let capability = match demand.capability {
                    Capability::Load => root.generic("Load", &ty, &ty),
                    Capability::OwnerOf => root.generic("OwnerOf", &ty, &ty),
                    Capability::AsRef => quote_spanned!(here=> ::core::convert::AsRef<#ty>),
                };
                quote_spanned!(here=> __S: #capability)
            });
            quote_spanned! {here=>
                #fn_token #name<__S>() -> #returned
                where __S: ::core::marker::Send + ::core::marker::Sync + 'static, #(#bounds,)* #conditions
            }
        }
    };
    quote!(#visibility #outline)
}

/// The block of the guarded item, with the user's `fn` before it and the user's braces around it.
///
/// rustc asks the first and the last token whether a macro wrote a function, and says of none that a macro wrote that nobody uses it.
pub(super) fn block(function: &Function, statements: TokenStream) -> Group {
    let mut block = Group::new(Delimiter::Brace, statements);
    block.set_span(function.body.span());
    block
}

/// The type that the item runs on.
pub(super) fn state_type(function: &Function, state: &State) -> TokenStream {
    match state {
        State::SelfType => {
            let span = function.receiver().map_or_else(Span::call_site, |receiver| receiver.self_token.span);
            quote_spanned!(beside(span)=> Self)
        }
        State::Given(ty) => ty.to_token_stream(),
        State::Any => quote_spanned!(Span::mixed_site()=> __S),
    }
}

/// The name of the hidden body.
pub(super) fn hidden_name(kind: Kind, function: &Function) -> Ident {
    let name = &function.signature.ident;
    Ident::new(&format!("__{}_{}", kind.grammar().attribute, name.unraw()), beside(name.span()))
}

/// The user's attributes that describe the item: its docs, its deprecation, its conditions, and the lints switched off for it.
pub(super) fn public_attributes(function: &Function) -> impl Iterator<Item = &Attribute> {
    function.attributes.iter().filter(|attribute| {
        is_conditional(attribute) || is_documentation(attribute) || is_deprecation(attribute) || is_allowance(attribute)
    })
}

/// The user's attributes that belong to the body.
pub(super) fn hidden_attributes(function: &Function) -> impl Iterator<Item = &Attribute> {
    function.attributes.iter().filter(|attribute| !is_documentation(attribute) && !is_deprecation(attribute))
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
