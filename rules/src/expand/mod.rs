//! From a checked item to code. Nothing here can fail, and nothing here decides.
//!
//! Generated names are hygienic (`Span::mixed_site`), and every path begins with `::core` or with the root of the runtime crate.

mod arguments;
mod body;
mod call;
mod constants;
mod derived;
mod docs;
mod failure;
mod fields;
mod outline;
mod owners;
mod settings;
mod spans;
mod stub;
mod tool;

use proc_macro2::TokenStream;
use quote::quote;

use crate::checked::Checked;
use crate::model::Home;

pub(crate) use derived::{derived_arguments, empty_arguments};
pub(crate) use failure::{derived_failure, masked_failure};
pub(crate) use owners::derived_owners;
pub(crate) use stub::stub;

/// The guarded item: a function that describes it, and the hidden body.
pub(crate) fn guarded(tool: &Checked) -> TokenStream {
    let body = body::hidden(tool);
    if tool.home == Home::Free {
        tool::public(tool, Some(&body))
    } else {
        let public = tool::public(tool, None);
        quote!(#public #body)
    }
}
