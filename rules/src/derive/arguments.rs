//! `#[derive(Arguments)]`: the fields of a struct are read and judged as the parameters of a function would be.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, Data, DeriveInput, Field, Fields, Path, Token};

use super::serde::{Names, Serde};
use crate::check;
use crate::checked::Fields as CheckedFields;
use crate::errors::{Errors, Sink};
use crate::expand;
use crate::kind::Kind;
use crate::messages;
use crate::model::Tool;
use crate::syntax::Parsed;
use crate::syntax::docs::is_doc_text;
use crate::syntax::signature::{Function, contains_ident};
use crate::syntax::types;

/// The implementation of `Arguments`, or every mistake together with an empty one, so that nothing cascades.
#[must_use]
pub fn derive(input: &TokenStream) -> TokenStream {
    let errors = Errors::new();
    let expansion = expansion(input, &errors.sink());
    let errors = errors.into_compile_errors(Kind::Tool);
    quote!(#errors #expansion)
}

fn expansion(input: &TokenStream, sink: &Sink) -> TokenStream {
    let input: DeriveInput = match syn::parse2(input.clone()) {
        Ok(input) => input,
        // The compiler says what is wrong with the struct.
        Err(_) => return TokenStream::new(),
    };
    let root = root(&input.attrs, sink);
    let Ok(fields) = named_fields(&input, sink) else {
        return expand::empty_arguments(&input, root.as_ref());
    };
    let names = Names::of(&input, sink);
    let parameters: Vec<TokenStream> = fields.iter().filter_map(|field| parameter(field, &names, sink).ok()).collect();
    let name = &input.ident;
    let function = quote!(fn #name(#(#parameters),*) {});
    if let Ok(function) = Function::parse(Kind::Tool, &function, sink) {
        let tool = Tool::of_fields(Kind::Tool, function);
        if check::fields(&tool, sink).is_ok()
            && let Ok(fields) = CheckedFields::of(&tool, root.as_ref(), sink)
        {
            return expand::derived_arguments(name, &fields);
        }
    }
    expand::empty_arguments(&input, root.as_ref())
}

/// `#[arg(crate = …)]` on the struct, for the runtime by another name.
fn root(attributes: &[Attribute], sink: &Sink) -> Option<Path> {
    let read = |input: ParseStream| {
        input.parse::<Token![crate]>()?;
        input.parse::<Token![=]>()?;
        input.call(Path::parse_mod_style)
    };
    let attribute = attributes.iter().find(|attribute| attribute.path().is_ident("arg"))?;
    let path = attribute.parse_args_with(read).ok();
    if path.is_none() {
        sink.refuse(attribute, messages::arg_on_struct());
    }
    path
}

/// The fields of a struct that can be arguments at all.
fn named_fields<'i>(input: &'i DeriveInput, sink: &Sink) -> Parsed<Vec<(&'i Ident, &'i Field)>> {
    let what = match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(fields) => {
                if !input.generics.params.is_empty() {
                    return Err(sink.refuse(&input.generics, messages::generic_struct(&input.ident)));
                }
                return Ok(fields.named.iter().filter_map(|field| Some((field.ident.as_ref()?, field))).collect());
            }
            Fields::Unit => return Ok(Vec::new()),
            Fields::Unnamed(_) => "a tuple struct",
        },
        Data::Enum(_) => "an enum",
        Data::Union(_) => "a union",
    };
    Err(sink.refuse(&input.ident, messages::no_struct(what)))
}

/// A field as a parameter, with what serde's attributes say in our words.
fn parameter((name, field): &(&Ident, &Field), names: &Names, sink: &Sink) -> Parsed<TokenStream> {
    let ty = &field.ty;
    let shown = || types::show(ty);
    if contains_ident(&ty.to_token_stream(), "Owned") {
        return Err(sink.refuse(ty, messages::field_owned(name, &shown())));
    }
    if types::first_reference(ty).is_some() {
        return Err(sink.refuse(ty, messages::field_borrowed(name, &shown())));
    }
    let serde = Serde::of(&field.attrs, sink);
    let own = || field.attrs.iter().filter(|attribute| attribute.path().is_ident("arg"));
    let is_flat = own().any(|attribute| has_key(attribute, "flatten"));
    let mut said: Vec<TokenStream> = own().map(ToTokens::to_token_stream).collect();
    if let Some(flatten) = serde.flatten.as_ref().filter(|_| !is_flat) {
        sink.refuse(flatten, messages::field_serde_flatten());
    }
    match (&serde.rename, own().any(|attribute| has_key(attribute, "name"))) {
        (Some(rename), true) => {
            sink.refuse(rename, messages::two_names(name));
        }
        (Some(rename), false) => said.push(quote!(#[arg(name = #rename)])),
        (None, true) => {}
        (None, false) if is_flat => {}
        (None, false) => said.extend(names.renamed(name).map(|renamed| quote!(#[arg(name = #renamed)]))),
    }
    let may_default =
        !is_flat && !own().any(|attribute| has_key(attribute, "default")) && !types::is_named(ty, "Option");
    if may_default {
        let default = serde.default.clone().or_else(|| names.default_of(name));
        said.extend(default.map(|default| quote!(#[arg(#default)])));
    }
    let mut docs: Vec<TokenStream> =
        field.attrs.iter().filter(|attribute| is_doc_text(attribute)).map(ToTokens::to_token_stream).collect();
    if let Some(description) = serde.description {
        docs = vec![quote!(#[doc = #description])];
    }
    Ok(quote!(#(#docs)* #(#said)* #name: #ty))
}

/// Whether a list of keys has this one.
fn has_key(attribute: &Attribute, key: &str) -> bool {
    let Ok(list) = attribute.meta.require_list() else { return false };
    let mut first = true;
    let read = |input: ParseStream| {
        let mut found = false;
        while !input.is_empty() {
            let tree: TokenTree = input.parse()?;
            found |= first && matches!(&tree, TokenTree::Ident(name) if name == key);
            first = matches!(&tree, TokenTree::Punct(punct) if punct.as_char() == ',');
        }
        Ok(found)
    };
    read.parse2(list.tokens.clone()).unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use super::derive;

    #[test]
    fn a_field_is_judged_beside_the_others() {
        let derived = |other| {
            let fields = quote!(struct Search { #[doc = "Whose."] owner: String, #[doc = "Which."] #other: String });
            derive(&fields).to_string()
        };
        assert!(derived(quote!(repo)).contains(r#"name : "owner" , object : true"#), "{}", derived(quote!(repo)));
        assert!(derived(quote!(text)).contains("[ST32]"), "{}", derived(quote!(text)));
    }
}
