//! What stands in for an item with mistakes: its outline, so that nothing cascades.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};

use super::body;
use super::outline::{outline, public_attributes};
use super::spans::Root;
use crate::model::{Home, Param, Tool};

/// The outline of the guarded item, and the body as written.
pub(crate) fn stub(tool: &Tool) -> TokenStream {
    let root = Root::of(tool.attribute.root.given());
    let here = Span::mixed_site();
    let attributes = public_attributes(&tool.function);
    let demands = tool.params.iter().filter_map(Param::demand);
    let outline = outline(tool.kind, &tool.function, &tool.state, demands, &root);
    let original = body::original(tool, &root);
    let (nested, beside) = if tool.home == Home::Free { (Some(original), None) } else { (None, Some(original)) };
    let public = quote_spanned! {here=>
        #(#attributes)*
        #outline {
            #nested
            ::core::unimplemented!()
        }
    };
    quote!(#public #beside)
}
