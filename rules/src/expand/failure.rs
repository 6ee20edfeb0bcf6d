//! What `#[derive(ToolFailure)]` expands to.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{ToTokens, format_ident, quote_spanned};
use syn::{Fields, LitStr, Variant};

use super::spans::{Root, beside};
use crate::derive::failure::{Class, Failures, Wait, names_in};

/// The implementation for an enum whose classes can be read.
pub(crate) fn derived_failure(name: &Ident, failures: &Failures) -> TokenStream {
    let root = Root::of(failures.root.as_ref());
    if failures.variants.is_empty() {
        return implementation(name, &root, &quote_spanned!(Span::mixed_site()=> match self {}));
    }
    let arms = failures.variants.iter().map(|(variant, class)| arm(variant, class, &root));
    classified(name, &root, &arms.collect())
}

/// The implementation for what has mistakes: nothing is told.
pub(crate) fn masked_failure(name: &Ident) -> TokenStream {
    let here = Span::mixed_site();
    let root = Root::of(None);
    let masked = masked(&root, "");
    classified(name, &root, &quote_spanned!(here=> _ => #masked,))
}

/// The implementation that asks which variant it is. Of two calls the first makes the import a used one, whether or not the error needs it.
fn classified(name: &Ident, root: &Root, arms: &TokenStream) -> TokenStream {
    let here = Span::mixed_site();
    let private = root.private();
    let body = quote_spanned! {here=>
        use #private::NoCause as _;
        let _ = #private::Cause::<#private::Nothing>::__secure_tool_masked;
        let __error = &self;
        match __error { #arms }
    };
    implementation(name, root, &body)
}

fn implementation(name: &Ident, root: &Root, body: &TokenStream) -> TokenStream {
    let here = Span::mixed_site();
    let (path, private) = (root.path(), root.private());
    quote_spanned! {here=>
        const _: () = {
            #[automatically_derived]
            impl #path::ToolFailure for #name {
                fn __secure_tool_classify(self) -> #path::ToolError {
                    #body
                }
            }
            #[automatically_derived]
            impl ::core::convert::From<#name> for #path::ToolError {
                fn from(error: #name) -> Self {
                    #path::ToolFailure::__secure_tool_classify(error)
                }
            }
            // Never: so the conversion of every other error is none of this one.
            #[automatically_derived]
            impl<'__secure_tool> ::core::marker::Unpin for #name where &'__secure_tool #name: #private::Failing {}
        };
    }
}

fn arm(variant: &Variant, class: &Class, root: &Root) -> TokenStream {
    let here = Span::mixed_site();
    let path = root.path();
    let error = quote_spanned!(here=> #path::ToolError);
    let name = &variant.ident;
    let whole = quote_spanned!(here=> Self::#name { .. });
    match class {
        Class::NotFound => quote_spanned!(here=> #whole => #error::not_found(),),
        Class::Internal => {
            let masked = masked(root, &name.to_string());
            quote_spanned!(here=> #whole => #masked,)
        }
        Class::Told(class, None) => {
            // Who does not say what to tell is underlined.
            let there = beside(class.span());
            let (any_type, whole_error) = (quote_spanned!(there=> _), quote_spanned!(there=> __error));
            let said = root.call("said", &any_type, &class.to_token_stream(), &whole_error);
            quote_spanned!(here=> #whole => #error::#class(#said),)
        }
        Class::Told(class, Some(text)) if names_in(&text.value()).is_empty() => {
            let plain = LitStr::new(&text.value().replace("{{", "{").replace("}}", "}"), text.span());
            quote_spanned!(here=> #whole => #error::#class(#plain),)
        }
        Class::Told(class, Some(text)) => {
            let text = numbered(text);
            let (fields, used) = fields(variant, text.span());
            quote_spanned!(here=> Self::#name #fields => { #used #error::#class(::std::format!(#text)) })
        }
        Class::Unavailable(Wait::Milliseconds(time)) => {
            let time = Literal::u64_unsuffixed(*time);
            quote_spanned!(here=> #whole => #error::unavailable(::core::time::Duration::from_millis(#time)),)
        }
        Class::Unavailable(Wait::Expression(time)) => {
            let (fields, used) = fields(variant, Span::call_site());
            // A function of its own: a `return` in it cannot say another class.
            quote_spanned! {here=>
                Self::#name #fields => {
                    #used
                    let __time = || -> ::core::time::Duration { #time };
                    #error::unavailable(__time())
                }
            }
        }
    }
}

fn masked(root: &Root, variant: &str) -> TokenStream {
    let here = Span::mixed_site();
    let private = root.private();
    quote_spanned!(here=> #private::Cause(__error).__secure_tool_masked(#variant))
}

/// The pattern of a variant with all its fields, where a text or an expression of the user can name them, those of a tuple as `_0`, `_1`; and a
/// statement that uses each, as the user need not.
fn fields(variant: &Variant, there: Span) -> (TokenStream, TokenStream) {
    let here = Span::mixed_site();
    let names: Vec<Ident> = match &variant.fields {
        Fields::Named(fields) => fields.named.iter().filter_map(|field| field.ident.clone()).collect(),
        Fields::Unnamed(fields) => {
            (0..fields.unnamed.len()).map(|index| format_ident!("_{index}", span = there)).collect()
        }
        Fields::Unit => return (TokenStream::new(), TokenStream::new()),
    };
    let pattern = match &variant.fields {
        Fields::Named(_) => quote_spanned!(here=> { #(#names),* }),
        Fields::Unnamed(_) | Fields::Unit => quote_spanned!(here=> (#(#names),*)),
    };
    (pattern, quote_spanned!(here=> let _ = (#(#names,)*);))
}

/// A format string whose `{0}` is `{_0}`, which it captures.
fn numbered(text: &LitStr) -> LitStr {
    let mut numbered = String::new();
    let value = text.value();
    let mut letters = value.chars().peekable();
    while let Some(letter) = letters.next() {
        numbered.push(letter);
        if letter != '{' {
            continue;
        }
        match letters.peek() {
            // `{{` is a brace.
            Some('{') => numbered.extend(letters.next()),
            Some(digit) if digit.is_ascii_digit() => numbered.push('_'),
            _ => {}
        }
    }
    LitStr::new(&numbered, text.span())
}

#[cfg(test)]
mod tests {
    use syn::parse_quote;

    #[test]
    fn numbers_become_names() {
        assert_eq!(
            super::numbered(&parse_quote!("{0} of {{1}}, {name} {1:?}")).value(),
            "{_0} of {{1}}, {name} {_1:?}"
        );
    }
}
