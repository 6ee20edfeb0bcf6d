//! What `#[derive(Arguments)]` expands to.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote_spanned};
use syn::{DeriveInput, Path};

use super::arguments::constrained;
use super::spans::Root;
use crate::checked::Fields;

/// The implementation for a struct whose fields every rule accepts.
pub(crate) fn derived_arguments(name: &Ident, fields: &Fields) -> TokenStream {
    let here = Span::mixed_site();
    let root = Root::of(fields.root);
    let (path, private) = (root.path(), root.private());
    let constants: Vec<Ident> =
        (0..fields.fields.len()).map(|position| format_ident!("__SECURE_TOOL_FIELD{position}", span = here)).collect();
    let mut types = TokenStream::new();
    let (mut facts, mut declared, mut read) = (TokenStream::new(), TokenStream::new(), TokenStream::new());
    for (field, constant) in fields.fields.iter().zip(&constants) {
        let ty = field.ty.to_token_stream();
        let ident = field.ident;
        let (function, holder) = match &field.argument {
            Some(_) => ("typed", quote_spanned!(here=> Typed)),
            None => ("flattened", quote_spanned!(here=> Flattened)),
        };
        let value = root.call(function, &ty, &ty, &TokenStream::new());
        types.extend(quote_spanned!(here=> const #constant: #private::#holder<#ty> = #value;));
        if let Some(argument) = &field.argument {
            declared.extend(super::constants::argument(argument, &root));
            let docs = argument.docs.to_expression();
            let (name, object, secret) = (argument.name, field.object, argument.constraints.secret);
            let new = root.method("Typed", "argument", here);
            let created = quote_spanned!(here=> #new(#constant, #name, #docs));
            let argument = constrained(created, argument, &root);
            let shown = field.shown();
            facts.extend(quote_spanned! {here=>
                #private::Field::One { ident: #shown, name: #name, object: #object, secret: #secret },
            });
            declared.extend(quote_spanned!(here=> #private::Declaration::argument(__declaration, #argument);));
            read.extend(quote_spanned!(here=> #ident: #private::Given::field(__given, #constant.reader)?,));
        } else {
            facts.extend(quote_spanned!(here=> #private::Field::All(#constant.fields),));
            declared.extend(quote_spanned!(here=> #private::Declaration::fields(__declaration, #constant);));
            read.extend(quote_spanned!(here=> #ident: #private::Given::fields(__given, #constant)?,));
        }
    }
    quote_spanned! {here=>
        const _: () = {
            #types
            #[automatically_derived]
            impl #path::Arguments for #name {
                const FIELDS: &'static [#private::Field] = &[#facts];
                fn declare(__declaration: &mut #private::Declaration<'_>) {
                    #declared
                }
                fn read(__given: &#private::Given<'_>) -> ::core::result::Result<Self, #private::Rejection> {
                    ::core::result::Result::Ok(Self { #read })
                }
            }
        };
    }
}

/// The implementation for a struct with mistakes: nothing else is to be said about it.
pub(crate) fn empty_arguments(input: &DeriveInput, root: Option<&Path>) -> TokenStream {
    if !input.generics.params.is_empty() {
        return TokenStream::new();
    }
    let here = Span::mixed_site();
    let root = Root::of(root);
    let (path, private, name) = (root.path(), root.private(), &input.ident);
    quote_spanned! {here=>
        #[automatically_derived]
        impl #path::Arguments for #name {
            const FIELDS: &'static [#private::Field] = &[];
            fn declare(_: &mut #private::Declaration<'_>) {}
            fn read(_: &#private::Given<'_>) -> ::core::result::Result<Self, #private::Rejection> {
                ::core::unimplemented!()
            }
        }
    }
}
