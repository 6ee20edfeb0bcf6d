//! The arguments as the runtime learns of them.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::Type;

use super::spans::{Root, ends, moved, state};
use crate::model::{Param, Source, Tool};
use crate::syntax::arg::{Audit, Value};
use crate::syntax::{literal, types};

/// `let __arg1 = __tool.argument(H::argument::<u32>("limit", "…").min(…));`
pub(super) fn register(tool: &Tool, root: &Root, index: usize, param: &Param) -> TokenStream {
    let here = Span::mixed_site();
    let handle = format_ident!("__arg{index}", span = here);
    let name = &param.wire_name;
    let description = param.docs.to_expression();
    let arguments = quote!(#name, #description);
    let ty = param.ty.to_token_stream();
    let guarded = |function: &str, inner: &Type| {
        // What the state cannot load is underlined: the object's type, not the `Owned<_>` around it.
        let inner = inner.to_token_stream();
        let (start, _) = ends(&inner);
        let state = moved(state(tool), start);
        root.call(function, &quote!(#state, #inner), &inner, &arguments)
    };
    let argument = match &param.source {
        Source::Owned(inner) => guarded("owned", inner),
        Source::OwnedOptional(inner) => guarded("owned_optional", inner),
        Source::OwnedMany(inner) => guarded("owned_many", inner),
        Source::Key => guarded("key", &param.ty),
        Source::Plain | Source::Caller | Source::Call | Source::Permit(_) | Source::State | Source::Unlendable => {
            root.call("argument", &ty, &ty, &arguments)
        }
    };
    let constraints = constraints(param, root);
    quote_spanned!(here=> let #handle = __tool.argument(#argument #constraints);)
}

/// What `#[arg(…)]` says, in the order of its reference.
fn constraints(param: &Param, root: &Root) -> TokenStream {
    let here = Span::mixed_site();
    let private = root.private();
    let settings = &param.settings;
    let mut calls: Vec<TokenStream> = Vec::new();
    if let Some(pattern) = settings.pattern.given() {
        calls.push(quote_spanned!(here=> pattern(#pattern)));
    }
    for (method, bound) in [("min", &settings.min), ("max", &settings.max)] {
        if let Some(bound) = bound.given() {
            let method = Ident::new(method, here);
            let bound = bound.value.to_bound(&private);
            calls.push(quote_spanned!(here=> #method(#bound)));
        }
    }
    for (method, length) in [
        ("min_len", &settings.min_len),
        ("max_len", &settings.max_len),
        ("min_items", &settings.min_items),
        ("max_items", &settings.max_items),
    ] {
        if let Some(length) = length.given() {
            let method = Ident::new(method, here);
            let length = Literal::u64_unsuffixed(length.value);
            calls.push(quote_spanned!(here=> #method(#length)));
        }
    }
    if let Some(values) = settings.one_of.given() {
        let json = literal::list(&values.value);
        calls.push(quote_spanned!(here=> one_of_json(#json)));
    }
    if let Some(format) = settings.format.given() {
        calls.push(quote_spanned!(here=> format(#format)));
    }
    calls.extend(settings.default.given().map(|value| value_call("default", value, param, root)));
    calls.extend(settings.example.given().map(|value| value_call("example", value, param, root)));
    if settings.secret.is_given() || param.is_secret_type() {
        calls.push(quote_spanned!(here=> secret()));
    }
    if let Some(audit) = settings.audit.given() {
        let variant = Ident::new(Audit::variant(audit.value), here);
        calls.push(quote_spanned!(here=> audit(#private::Audit::#variant)));
    }
    for opt_out in [&settings.unbounded, &settings.raw, &settings.not_identity] {
        if let Some(opt_out) = opt_out.given() {
            let method = Ident::new(&opt_out.keyword.to_string(), here);
            let reason = &opt_out.reason;
            calls.push(quote_spanned!(here=> #method(#reason)));
        }
    }
    quote_spanned!(here=> #(.#calls)*)
}

fn value_call(kind: &str, value: &Value, param: &Param, root: &Root) -> TokenStream {
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
    let ty = value_type(param, root);
    let user = param.ty.to_token_stream();
    let value = root.call("json", &ty, &user, &expression);
    quote_spanned!(here=> #method(#value))
}

/// The type of a default or an example: what the model would send.
fn value_type(param: &Param, root: &Root) -> TokenStream {
    match &param.source {
        Source::Owned(inner) | Source::OwnedOptional(inner) => key_of(inner, root),
        // A list of keys, whichever list the expression makes: `Vec` has no path below `::core`.
        Source::OwnedMany(_) => quote_spanned!(Span::mixed_site()=> _),
        _ => types::without_option(&param.ty).to_token_stream(),
    }
}

fn key_of(inner: &Type, root: &Root) -> TokenStream {
    let path = root.path();
    quote_spanned!(Span::mixed_site()=> <#inner as #path::Resource>::Key)
}
