//! The hidden body: the user's function, behind a token that only the guard can make.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::punctuated::Punctuated;
use syn::{
    FnArg, GenericArgument, Lifetime, Pat, PatType, PathArguments, ReturnType, Signature, Type, parse_quote_spanned,
};

use super::outline::{hidden_attributes, hidden_name};
use super::spans::{Root, beside};
use crate::checked::{Checked, Owner};
use crate::model::{Home, Source, Tool};
use crate::syntax::signature::{Function, contains_ident};

/// The hidden body with its `Admitted` parameter.
pub(super) fn hidden(tool: &Checked) -> TokenStream {
    let root = Root::of(tool.root);
    let private = root.private();
    let here = Span::mixed_site();
    let attributes = hidden_attributes(tool.function);
    let lints = shape_lints(tool.function);
    let body = &tool.function.body;
    let mut signature = tool.function.signature.clone();
    signature.ident = hidden_name(tool.kind, tool.function);
    let head = head(&signature);
    let output = &signature.output;
    let where_clause = &signature.generics.where_clause;
    let mut inputs: Vec<TokenStream> = Vec::new();
    let admitted = quote_spanned!(here=> _: #private::Admitted);
    if tool.home != Home::Method {
        inputs.push(admitted.clone());
    }
    for input in &signature.inputs {
        match input {
            FnArg::Receiver(receiver) => {
                inputs.push(receiver.to_token_stream());
                inputs.push(admitted.clone());
            }
            FnArg::Typed(typed) => {
                let deny = is_owner(tool, &typed.pat).then(|| quote_spanned!(here=> #[deny(unused_variables, reason = "`owner` names it, so the body has to use it to select what it reads and writes [ST22]")]));
                let PatType { attrs, pat, mut ty, colon_token } = typed.clone();
                brand(&mut ty);
                // The last attribute decides: what the user allows here does not switch it off.
                inputs.push(quote!(#(#attrs)* #deny #pat #colon_token #ty));
            }
        }
    }
    quote_spanned! {here=>
        #[doc(hidden)]
        #lints
        #(#attributes)*
        #head (#(#inputs),*) #output #where_clause #body
    }
}

/// The hidden body of a tool with mistakes: as written, so that the body still type-checks.
pub(super) fn original(tool: &Tool, root: &Root) -> TokenStream {
    let here = Span::mixed_site();
    let attributes = hidden_attributes(&tool.function);
    // Without its braces, which a lint would take for needless ones; attributes stand inside of them alone.
    let inner = tool.function.body.stream();
    let begins_with =
        |of: char| matches!(inner.clone().into_iter().next(), Some(TokenTree::Punct(first)) if first.as_char() == of);
    let mut body = if begins_with('#') { tool.function.body.to_token_stream() } else { inner };
    let mut signature: Signature = tool.function.signature.clone();
    signature.ident = hidden_name(tool.kind, &tool.function);
    // A body that returns a proof fits no signature.
    if contains_ident(&signature.output.to_token_stream(), "Owned") {
        signature.output = ReturnType::Default;
        body = quote_spanned!(here=> ::core::unimplemented!());
    }
    complete_permits(tool, root, &mut signature);
    for input in &mut signature.inputs {
        if let FnArg::Typed(typed) = input {
            brand(&mut typed.ty);
        }
    }
    signature.constness = None;
    signature.abi = None;
    signature.variadic = None;
    if signature.inputs.trailing_punct() {
        signature.inputs = signature.inputs.into_iter().collect::<Punctuated<_, _>>();
    }
    // Whether the parameters are used is the rules' business; an `allow` would be an error below a `forbid` of the user's.
    let params = tool.params.iter().map(|param| &param.ident);
    quote_spanned! {here=>
        #[doc(hidden)]
        #(#attributes)*
        #signature {
            let _ = (#(&#params,)*);
            #body
        }
    }
}

/// Writes the lifetime of the call where an `Owned<T>` leaves it out.
fn brand(ty: &mut Type) {
    let path = match ty {
        Type::Group(group) => return brand(&mut group.elem),
        Type::Paren(paren) => return brand(&mut paren.elem),
        Type::Reference(reference) => return brand(&mut reference.elem),
        Type::Path(path) => path,
        _ => return,
    };
    let Some(segment) = path.path.segments.last_mut() else { return };
    let PathArguments::AngleBracketed(list) = &mut segment.arguments else { return };
    if segment.ident == "Owned" {
        if !list.args.iter().any(|argument| matches!(argument, GenericArgument::Lifetime(_))) {
            let lifetime = Lifetime::new("'_", beside(segment.ident.span()));
            list.args.insert(0, GenericArgument::Lifetime(lifetime));
        }
        return;
    }
    if ["Option", "Vec", "Asked"].iter().any(|name| segment.ident == name) {
        for argument in &mut list.args {
            if let GenericArgument::Type(inner) = argument {
                brand(inner);
            }
        }
    }
}

/// A `&Permit` that says nothing was reported; with any parameter it is no second mistake.
fn complete_permits(tool: &Tool, root: &Root, signature: &mut Signature) {
    let (path, private) = (root.path(), root.private());
    for input in &mut signature.inputs {
        let FnArg::Typed(typed) = input else { continue };
        let Pat::Ident(name) = typed.pat.as_ref() else { continue };
        if tool.param(&name.ident).is_some_and(|param| matches!(param.source, Source::Permit(None))) {
            typed.ty = parse_quote_spanned!(Span::mixed_site()=> &#path::Permit<#private::Write>);
        }
    }
}

fn head(signature: &Signature) -> TokenStream {
    let asyncness = &signature.asyncness;
    let fn_token = &signature.fn_token;
    let name = &signature.ident;
    quote!(#asyncness #fn_token #name)
}

fn is_owner(tool: &Checked, pattern: &Pat) -> bool {
    match &tool.owner {
        Owner::Unowned(_) => false,
        Owner::Bound(bindings) => {
            matches!(pattern, Pat::Ident(named) if bindings.iter().any(|binding| binding.param.ident == named.ident))
        }
    }
}

/// What lints would say about a shape that the macro forces on the user.
fn shape_lints(function: &Function) -> TokenStream {
    let here = Span::mixed_site();
    let name = function.signature.ident.to_string();
    let case = name.chars().any(char::is_uppercase).then(|| quote_spanned!(here=> non_snake_case,));
    quote_spanned! {here=>
        #[allow(
            #case
            clippy::fn_params_excessive_bools,
            clippy::missing_const_for_fn,
            clippy::needless_pass_by_value,
            clippy::ref_option,
            clippy::too_many_arguments,
            clippy::trivially_copy_pass_by_ref,
            clippy::unnecessary_wraps,
            clippy::unused_async,
            clippy::unused_self,
            clippy::used_underscore_items
        )]
    }
}
