//! Where generated tokens claim to stand: hygiene of the macro, location of the user's tokens.

use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::Path;

/// A span with the macro's hygiene at the user's location.
pub(super) fn beside(user: Span) -> Span {
    Span::mixed_site().located_at(user)
}

/// Moves tokens to a location, and keeps their hygiene.
pub(super) fn moved(tokens: TokenStream, to: Span) -> TokenStream {
    tokens
        .into_iter()
        .map(|tree| match tree {
            TokenTree::Group(group) => {
                let mut moved_group = Group::new(group.delimiter(), moved(group.stream(), to));
                moved_group.set_span(group.span().located_at(to));
                TokenTree::Group(moved_group)
            }
            mut other => {
                other.set_span(other.span().located_at(to));
                other
            }
        })
        .collect()
}

/// The first and the last location of some tokens.
pub(super) fn ends(tokens: &TokenStream) -> (Span, Span) {
    let mut first = None;
    let mut last = None;
    for tree in tokens.clone() {
        let (open, close) = match &tree {
            TokenTree::Group(group) => (group.span_open(), group.span_close()),
            other => (other.span(), other.span()),
        };
        first = first.or(Some(open));
        last = Some(close);
    }
    let whole = |span: Option<Span>| beside(span.unwrap_or_else(Span::call_site));
    (whole(first), whole(last))
}

/// A variant, or an associated function, of an enum of the runtime.
pub(super) fn variant(root: &Root, of: &str, name: &str) -> TokenStream {
    let here = Span::mixed_site();
    let private = root.private();
    let of = Ident::new(of, here);
    let name = Ident::new(name, here);
    quote_spanned!(here=> #private::#of::#name)
}

/// The runtime crate.
pub(super) struct Root {
    path: TokenStream,
}

impl Root {
    /// The crate by the name that the attribute gives it, or by its own.
    pub(super) fn of(given: Option<&Path>) -> Self {
        let own = || quote_spanned!(Span::mixed_site()=> ::secure_tool);
        Self { path: given.map_or_else(own, ToTokens::to_token_stream) }
    }

    /// The crate's path, at the attribute.
    pub(super) fn path(&self) -> &TokenStream {
        &self.path
    }

    /// The crate's private module, at the attribute.
    pub(super) fn private(&self) -> TokenStream {
        let path = &self.path;
        quote_spanned!(Span::mixed_site()=> #path::__private)
    }

    /// `P::__private::Type::<_>::method`, for a type with one parameter.
    ///
    /// A path names the inherent method. Method syntax would ask every trait in scope first, and a blanket `&self` comes before `&mut self`.
    pub(super) fn method(&self, of: &str, method: &str, there: Span) -> TokenStream {
        let private = moved(self.private(), there);
        let (of, method) = (Ident::new(of, there), Ident::new(method, there));
        quote_spanned!(there=> #private::#of::<_>::#method)
    }

    /// `P::__private::function::<generics>(arguments)`, underlining `user`, which the trait errors are about.
    pub(super) fn call(
        &self,
        function: &str,
        generics: &TokenStream,
        user: &TokenStream,
        arguments: &TokenStream,
    ) -> TokenStream {
        let (start, end) = ends(user);
        let private = moved(self.private(), start);
        let function = Ident::new(function, start);
        let head = quote_spanned!(start=> #private::#function::<);
        let tail = quote_spanned!(end=> >(#arguments));
        quote!(#head #generics #tail)
    }

    /// `P::name<generics>`, underlining `user`.
    pub(super) fn generic(&self, name: &str, generics: &TokenStream, user: &TokenStream) -> TokenStream {
        let (start, end) = ends(user);
        let path = moved(self.path.clone(), start);
        let name = Ident::new(name, start);
        let head = quote_spanned!(start=> #path::#name<);
        let tail = quote_spanned!(end=> >);
        quote!(#head #generics #tail)
    }
}
