//! What `#[derive(ToolFailure)]` expands to.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote_spanned;
use syn::{DeriveInput, LitStr, Path};

use super::spans::Root;

/// One variant.
pub(crate) struct FailureArm {
    pub(crate) variant: Ident,
    /// What the pattern binds.
    pub(crate) fields: Vec<TokenStream>,
    pub(crate) makes: Makes,
    /// What the model reads, with the names of fields.
    pub(crate) text: Option<LitStr>,
}

/// How a variant becomes a `ToolError`.
pub(crate) enum Makes {
    NotFound,
    /// After how many milliseconds to try again.
    Unavailable(u64),
    /// The text, by the constructor of this name.
    Said(&'static str),
    /// The error's own words, by the constructor of this name.
    Shown(&'static str),
    Masked,
}

/// The implementation, and the conversion that keeps the class under `?`, which a `std::error::Error` cannot have besides the one for all of them.
pub(crate) fn tool_failure(
    input: &DeriveInput,
    arms: &[FailureArm],
    std_error: bool,
    root: Option<&Path>,
) -> TokenStream {
    let here = Span::mixed_site();
    let root = Root::of(root);
    let (path, private) = (root.path(), root.private());
    let name = &input.ident;
    let (generics, arguments, bounds) = input.generics.split_for_impl();
    let error = quote_spanned!(here=> #path::ToolError);
    let masked = if std_error {
        quote_spanned!(here=> <#error as ::core::convert::From<Self>>::from(self))
    } else {
        quote_spanned!(here=> #error::internal(::core::format_args!("{:?}", self)))
    };
    let arms = arms.iter().map(|FailureArm { variant, fields, makes, text }| {
        let made = match makes {
            Makes::NotFound => quote_spanned!(here=> #error::not_found()),
            Makes::Unavailable(milliseconds) => {
                quote_spanned!(here=> #error::unavailable(::core::time::Duration::from_millis(#milliseconds)))
            }
            Makes::Said(constructor) => {
                let constructor = Ident::new(constructor, here);
                quote_spanned!(here=> #error::#constructor(#private::format!(#text)))
            }
            Makes::Shown(constructor) => {
                let constructor = Ident::new(constructor, here);
                quote_spanned!(here=> #error::#constructor(#private::format!("{}", self)))
            }
            Makes::Masked => masked.clone(),
        };
        quote_spanned!(here=> Self::#variant { #(#fields),* } => #made,)
    });
    // An enum without variants has no failure.
    let body = quote_spanned!(here=> match self { #(#arms)* });
    let from = (!std_error).then(|| {
        quote_spanned! {here=>
            #[automatically_derived]
            impl #generics ::core::convert::From<#name #arguments> for #error #bounds {
                fn from(__error: #name #arguments) -> Self {
                    #path::ToolFailure::into_tool_error(__error)
                }
            }
        }
    });
    quote_spanned! {here=>
        #[automatically_derived]
        impl #generics #path::ToolFailure for #name #arguments #bounds {
            fn into_tool_error(self) -> #error {
                #body
            }
        }
        #from
    }
}

/// The implementation for an enum with mistakes: nothing else is to be said about it.
pub(crate) fn empty_tool_failure(input: &DeriveInput, root: Option<&Path>) -> TokenStream {
    let here = Span::mixed_site();
    let root = Root::of(root);
    let (path, name) = (root.path(), &input.ident);
    let (generics, arguments, bounds) = input.generics.split_for_impl();
    quote_spanned! {here=>
        #[automatically_derived]
        impl #generics #path::ToolFailure for #name #arguments #bounds {
            fn into_tool_error(self) -> #path::ToolError {
                ::core::unimplemented!()
            }
        }
    }
}
