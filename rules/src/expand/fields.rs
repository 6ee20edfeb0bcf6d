//! Structs whose fields are arguments: where a tool takes one, and what the compiler compares with the rest of the tool.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote_spanned};
use syn::Type;

use super::spans::{Root, ends, moved};
use crate::checked::{Checked, Owner, Param, Scope};
use crate::syntax::types;

/// The structs that a tool takes, each beside its position among the parameters.
fn structs<'c>(tool: &'c Checked) -> impl Iterator<Item = (usize, &'c Type)> {
    tool.positions().filter_map(|(position, param)| match param {
        Param::Flattened(ty) => Some((position, *ty)),
        Param::Caller
        | Param::Call
        | Param::Progress
        | Param::State
        | Param::Object(_)
        | Param::Permit(_)
        | Param::Argument(_) => None,
    })
}

/// The structs whose fields a constant can look at.
fn known<'c>(tool: &'c Checked) -> impl Iterator<Item = (usize, &'c Type)> {
    structs(tool).filter(|(_, ty)| !types::is_relative_to_self(ty))
}

fn constant(position: usize) -> Ident {
    format_ident!("__SECURE_TOOL_FIELDS{position}", span = Span::mixed_site())
}

/// `P::__private::flattened::<Search>()`: the one place that asks for the derive, under the user's type.
fn flattened(ty: &Type, root: &Root) -> TokenStream {
    let ty = ty.to_token_stream();
    root.call("flattened", &ty, &ty, &TokenStream::new())
}

/// The constants, and what has to hold of them together: names that occur once, and owners for keys of objects.
pub(super) fn constants(tool: &Checked, root: &Root) -> TokenStream {
    let here = Span::mixed_site();
    let private = root.private();
    let mut tokens = TokenStream::new();
    for (position, ty) in known(tool) {
        let (constant, value) = (constant(position), flattened(ty, root));
        tokens.extend(quote_spanned!(here=> const #constant: #private::Flattened<#ty> = #value;));
    }
    let Some((_, first)) = known(tool).next() else { return tokens };
    let structs = known(tool).map(|(position, ty)| {
        let (constant, shown) = (constant(position), types::show(ty));
        quote_spanned!(here=> (#shown, #constant.fields))
    });
    let names = tool.arguments().map(|(_, argument)| argument.name);
    let owned = matches!(tool.owner, Owner::Bound(_)) && !matches!(tool.scope, Scope::Public(_));
    let (there, _) = ends(&first.to_token_stream());
    let private = moved(private, there);
    tokens.extend(quote_spanned! {there=>
        const _: () = match #private::check_fields(&[#(#structs),*], &[#(#names),*], #owned) {
            ::core::option::Option::Some(misfit) => ::core::panic!("{}", #private::Misfit::text(&misfit)),
            ::core::option::Option::None => {}
        };
    });
    tokens
}

/// `let __arg2 = Definition::<_>::flatten(&mut __tool, __FIELDS2);`
pub(super) fn register(tool: &Checked, root: &Root) -> TokenStream {
    let here = Span::mixed_site();
    let flatten = root.method("Definition", "flatten", here);
    structs(tool)
        .map(|(position, ty)| {
            let handle = format_ident!("__arg{position}", span = here);
            let value =
                if types::is_relative_to_self(ty) { flattened(ty, root) } else { constant(position).to_token_stream() };
            quote_spanned!(here=> let #handle = #flatten(&mut __tool, #value);)
        })
        .collect()
}

/// `let __v2 = Entry::<_>::flattened(__entry, __arg2)?;`
pub(super) fn take(tool: &Checked, root: &Root) -> TokenStream {
    let here = Span::mixed_site();
    let read = root.method("Entry", "flattened", here);
    structs(tool)
        .map(|(position, _)| {
            let value = format_ident!("__v{position}", span = here);
            let handle = format_ident!("__arg{position}", span = here);
            quote_spanned!(here=> let #value = #read(__entry, #handle)?;)
        })
        .collect()
}

/// The name on the wire of a field that a question shows; a constant, which refuses a field that is not there.
pub(super) fn shown(tool: &Checked, root: &Root, field: &str, there: Span) -> TokenStream {
    let private = moved(root.private(), there);
    let constants = known(tool).map(|(position, _)| constant(position));
    quote_spanned! {there=>
        match #private::shown_field(&[#(#constants.fields),*], #field) {
            ::core::result::Result::Ok(name) => name,
            ::core::result::Result::Err(misfit) => ::core::panic!("{}", #private::Misfit::text(&misfit)),
        }
    }
}
