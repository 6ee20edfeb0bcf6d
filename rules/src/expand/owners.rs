//! What `#[derive(HasOwners)]` expands to.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{DeriveInput, Member, Type, parse_quote_spanned};

use super::spans::{Root, ends, moved};
use crate::derive::owners::Owners;

/// The implementation: the struct's own owner, then those in its fields.
pub(crate) fn derived_owners(input: &DeriveInput, owners: &Owners) -> TokenStream {
    let here = Span::mixed_site();
    let root = Root::of(owners.root.as_ref());
    let path = root.path();
    let name = |(member, ty): &(Member, &Type)| {
        let ty = ty.to_token_stream();
        root.call("owner_name", &ty, &ty, &quote_spanned!(here=> &self.#member))
    };
    let own = match (&owners.tenant, &owners.subject) {
        (None, None) => None,
        (Some(tenant), None) => {
            let tenant = name(tenant);
            Some(quote_spanned!(here=> #path::Owner::tenant(#tenant)))
        }
        (None, Some(subject)) => {
            let subject = name(subject);
            Some(quote_spanned!(here=> #path::Owner::subject(#subject)))
        }
        (Some(tenant), Some(subject)) => {
            let (tenant, subject) = (name(tenant), name(subject));
            Some(quote_spanned!(here=> #path::Owner::subject_in(#tenant, #subject)))
        }
    };
    let given = owners.given.iter().map(|(member, ty)| {
        let ty = ty.to_token_stream();
        root.call("given_owner", &ty, &ty, &quote_spanned!(here=> &self.#member))
    });
    let single = own.into_iter().chain(given).map(|owner| quote_spanned!(here=> ::core::iter::once(#owner)));
    let nested = owners.nested.iter().map(|(member, ty)| {
        let ty = ty.to_token_stream();
        root.call("owners", &ty, &ty, &quote_spanned!(here=> &self.#member))
    });
    let all = single
        .chain(nested)
        .reduce(|all, next| quote_spanned!(here=> ::core::iter::Iterator::chain(#all, #next)))
        .unwrap_or_else(|| quote_spanned!(here=> ::core::iter::empty()));
    // Asked for here and nowhere else, so that it is said once, under the type of the field.
    let mut generics = input.generics.clone();
    for (_, ty) in &owners.nested {
        let (start, _) = ends(&ty.to_token_stream());
        let path = moved(path.clone(), start);
        generics.make_where_clause().predicates.push(parse_quote_spanned!(start=> #ty: #path::HasOwners));
    }
    let unmarked = unmarked(owners, &root);
    let (impl_generics, ty_generics, clause) = generics.split_for_impl();
    let name = &input.ident;
    quote_spanned! {here=>
        #[automatically_derived]
        impl #impl_generics #path::HasOwners for #name #ty_generics #clause {
            fn owners(&self) -> impl ::core::iter::Iterator<Item = #path::Owner> {
                #unmarked
                #all
            }
        }
    }
}

/// What has owners, and no attribute that says so, is refused: the function without arguments is inherent for it, and nothing satisfies what it asks. For
/// every other type it is the trait's. The first call makes the import a used one.
fn unmarked(owners: &Owners, root: &Root) -> TokenStream {
    if owners.unmarked.is_empty() {
        return TokenStream::new();
    }
    let here = Span::mixed_site();
    let private = root.private();
    let asked = owners.unmarked.iter().map(|ty| {
        let (start, end) = ends(&ty.to_token_stream());
        let private = moved(private.clone(), start);
        let head = quote_spanned!(start=> #private::Unmarked::<);
        let tail = quote_spanned!(end=> >::__secure_tool_unmarked(););
        quote!(#head #ty #tail)
    });
    quote_spanned! {here=>
        {
            use #private::NoOwners as _;
            #private::Unmarked::<#private::Nothing>::__secure_tool_unmarked();
            #(#asked)*
        }
    }
}
