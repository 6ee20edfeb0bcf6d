//! The arguments as the runtime learns of them.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::Type;

use super::outline::state_type;
use super::spans::{Root, ends, moved};
use crate::checked::{Argument, Checked, Constraints, Number, Reader};
use crate::syntax::arg::{Audit, Value};
use crate::syntax::{literal, types};

/// `let __arg1 = __tool.argument(H::argument::<u32>("limit", "…").min(…));`
pub(super) fn register(tool: &Checked, root: &Root, position: usize, argument: &Argument) -> TokenStream {
    let here = Span::mixed_site();
    let handle = format_ident!("__arg{position}", span = here);
    let name = argument.name;
    let description = argument.docs.to_expression();
    let arguments = quote!(#name, #description);
    let guarded = |function: &str, inner: &Type| {
        // What the state cannot load is underlined: the object's type, not the `Owned<_>` around it.
        let inner = inner.to_token_stream();
        let (start, _) = ends(&inner);
        let state = moved(state_type(tool.function, tool.state), start);
        root.call(function, &quote!(#state, #inner), &inner, &arguments)
    };
    let created = match argument.reader {
        Reader::Plain => {
            let ty = argument.ty.to_token_stream();
            root.call("argument", &ty, &ty, &arguments)
        }
        Reader::Key => guarded("key", argument.ty),
        Reader::Owned(object) => guarded("owned", object),
        Reader::OwnedOptional(object) => guarded("owned_optional", object),
        Reader::OwnedMany(object) => guarded("owned_many", object),
    };
    let constraints = constraints(argument, root);
    quote_spanned!(here=> let #handle = __tool.argument(#created #constraints);)
}

/// What `#[arg(…)]` says, in the order of its reference.
fn constraints(argument: &Argument, root: &Root) -> TokenStream {
    let here = Span::mixed_site();
    let private = root.private();
    // Without `..`: a new key has to be written here.
    let Constraints {
        pattern,
        min,
        max,
        min_len,
        max_len,
        min_items,
        max_items,
        one_of,
        format,
        default,
        example,
        secret,
        audit,
        unbounded,
        raw,
        not_identity,
    } = &argument.constraints;
    let mut calls: Vec<TokenStream> = Vec::new();
    if let Some(pattern) = pattern {
        calls.push(quote_spanned!(here=> pattern(#pattern)));
    }
    for (method, bound) in [("min", min), ("max", max)] {
        if let Some(bound) = bound {
            let method = Ident::new(method, here);
            let bound = to_bound(*bound, &private);
            calls.push(quote_spanned!(here=> #method(#bound)));
        }
    }
    for (method, length) in
        [("min_len", min_len), ("max_len", max_len), ("min_items", min_items), ("max_items", max_items)]
    {
        if let Some(length) = length {
            let method = Ident::new(method, here);
            let length = Literal::u64_unsuffixed(*length);
            calls.push(quote_spanned!(here=> #method(#length)));
        }
    }
    if let Some(values) = one_of {
        let json = literal::list(values);
        calls.push(quote_spanned!(here=> one_of_json(#json)));
    }
    if let Some(format) = format {
        calls.push(quote_spanned!(here=> format(#format)));
    }
    calls.extend(default.map(|value| value_call("default", value, argument, root)));
    calls.extend(example.map(|value| value_call("example", value, argument, root)));
    if *secret {
        calls.push(quote_spanned!(here=> secret()));
    }
    if let Some(audit) = audit {
        let variant = Ident::new(Audit::variant(*audit), here);
        calls.push(quote_spanned!(here=> audit(#private::Audit::#variant)));
    }
    for (method, reason) in [("unbounded", unbounded), ("raw", raw), ("not_identity", not_identity)] {
        if let Some(reason) = reason {
            let method = Ident::new(method, here);
            calls.push(quote_spanned!(here=> #method(#reason)));
        }
    }
    quote_spanned!(here=> #(.#calls)*)
}

/// The number as a bound of the runtime, below `private`.
fn to_bound(number: Number, private: &TokenStream) -> TokenStream {
    let (kind, negative, magnitude) = match number {
        Number::Integer(value) => (quote!(Int), value < 0, Literal::u128_unsuffixed(value.unsigned_abs())),
        Number::Float(value) => (quote!(Float), value < 0.0, Literal::f64_unsuffixed(value.abs())),
    };
    let sign = negative.then(|| quote!(-));
    quote!(#private::Bound::#kind(#sign #magnitude))
}

fn value_call(kind: &str, value: &Value, argument: &Argument, root: &Root) -> TokenStream {
    let here = Span::mixed_site();
    let expression = match value {
        Value::Literal(literal) => {
            let method = format_ident!("{kind}_json", span = here);
            let json = literal.value.to_json();
            return quote_spanned!(here=> #method(#json));
        }
        Value::Expression(expression) => expression.to_token_stream(),
        Value::Bare(_) => quote_spanned!(here=> ::core::default::Default::default()),
    };
    let method = format_ident!("{kind}_value", span = here);
    let ty = value_type(argument, root);
    let user = argument.ty.to_token_stream();
    let value = root.call("json", &ty, &user, &expression);
    quote_spanned!(here=> #method(#value))
}

/// The type of a default or an example: what the model would send.
fn value_type(argument: &Argument, root: &Root) -> TokenStream {
    match argument.reader {
        Reader::Owned(object) | Reader::OwnedOptional(object) => {
            let path = root.path();
            quote_spanned!(Span::mixed_site()=> <#object as #path::Resource>::Key)
        }
        // A list of keys, whichever list the expression makes: `Vec` has no path below `::core`.
        Reader::OwnedMany(_) => quote_spanned!(Span::mixed_site()=> _),
        Reader::Plain | Reader::Key => types::without_option(argument.ty).to_token_stream(),
    }
}
