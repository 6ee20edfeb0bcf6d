//! What stands in for a tool with mistakes: its outline, so that nothing cascades.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};

use super::spans::Root;
use super::{body, public_attributes, tool as outline};
use crate::model::{Home, Tool};

/// The outline of the guarded tool, and the body as written.
pub(crate) fn stub(tool: &Tool) -> TokenStream {
    let root = Root::of(tool);
    let here = Span::mixed_site();
    let attributes = public_attributes(tool);
    let outline = outline::outline(tool, &root);
    let original = body::original(tool);
    let (nested, beside) = if tool.home == Home::Free { (Some(original), None) } else { (None, Some(original)) };
    let public = quote_spanned! {here=>
        #(#attributes)*
        #[allow(missing_docs, clippy::all, clippy::pedantic, clippy::nursery)]
        #outline {
            #nested
            ::core::unimplemented!()
        }
    };
    quote!(#public #beside)
}
