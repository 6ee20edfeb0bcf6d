//! What `#[derive(ToolFailure)]` expands to.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::{DeriveInput, LitStr, Path};

use super::spans::Root;

/// One variant.
pub(crate) struct FailureArm {
    variant: Ident,
    /// What the pattern binds.
    fields: Vec<TokenStream>,
    makes: Makes,
}

enum Makes {
    /// A call of `ToolError`.
    Plain(TokenStream),
    Unavailable(u64),
    /// A text for the model, by the constructor of this name.
    Said(Ident, LitStr),
    /// The error's own words, by the constructor of this name.
    Shown(Ident),
    Masked,
}

impl FailureArm {
    pub(crate) fn plain(variant: Ident, call: TokenStream) -> Self {
        Self { variant, fields: Vec::new(), makes: Makes::Plain(call) }
    }

    pub(crate) fn masked(variant: Ident) -> Self {
        Self { variant, fields: Vec::new(), makes: Makes::Masked }
    }

    pub(crate) fn unavailable(variant: Ident, milliseconds: u64) -> Self {
        Self { variant, fields: Vec::new(), makes: Makes::Unavailable(milliseconds) }
    }

    pub(crate) fn said(variant: Ident, constructor: &str, text: LitStr, fields: Vec<TokenStream>) -> Self {
        Self { variant, fields, makes: Makes::Said(Ident::new(constructor, Span::mixed_site()), text) }
    }

    pub(crate) fn shown(variant: Ident, constructor: &str) -> Self {
        Self { variant, fields: Vec::new(), makes: Makes::Shown(Ident::new(constructor, Span::mixed_site())) }
    }
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
    let arms = arms.iter().map(|FailureArm { variant, fields, makes }| {
        let made = match makes {
            Makes::Plain(call) => quote_spanned!(here=> #error::#call),
            Makes::Unavailable(milliseconds) => {
                quote_spanned!(here=> #error::unavailable(::core::time::Duration::from_millis(#milliseconds)))
            }
            Makes::Said(constructor, text) => quote_spanned!(here=> #error::#constructor(#private::format!(#text))),
            Makes::Shown(constructor) => quote_spanned!(here=> #error::#constructor(#private::format!("{}", self))),
            Makes::Masked => masked.clone(),
        };
        let rest = quote!(..);
        quote_spanned!(here=> Self::#variant { #(#fields,)* #rest } => #made,)
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
