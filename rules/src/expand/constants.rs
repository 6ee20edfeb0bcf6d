//! What has to hold of values that only the compiler knows: it evaluates the rule and says our sentence.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote_spanned};
use syn::Ident;

use super::spans::{Root, ends, moved};
use crate::checked::Checked;
use crate::messages::{self, Message};
use crate::syntax::docs::Docs;
use crate::syntax::types;

/// `const _: () = if !condition { panic!("{}", message) };`, underlining `user`.
fn hold(condition: &TokenStream, message: &Message, user: &TokenStream) -> TokenStream {
    let (there, _) = ends(user);
    let message = message.to_string();
    quote_spanned!(there=> const _: () = if !#condition { ::core::panic!("{}", #message) };)
}

/// `P::__private::function`, at the user's tokens.
fn private(root: &Root, function: &str, user: &TokenStream) -> TokenStream {
    let (there, _) = ends(user);
    let (private, function) = (moved(root.private(), there), Ident::new(function, there));
    quote_spanned!(there=> #private::#function)
}

/// ST03, ST04: descriptions that are macros, such as `include_str!("…")`, say something.
pub(super) fn descriptions(tool: &Checked, root: &Root) -> TokenStream {
    let own = described(tool.docs, &messages::no_docs(&tool.function.signature.ident), root);
    let arguments = tool.arguments().map(|(_, argument)| description(argument.name, argument.ty, argument.docs, root));
    own.into_iter().chain(arguments).collect()
}

/// ST04: the same of one argument.
pub(super) fn description(name: &str, ty: &syn::Type, docs: &Docs, root: &Root) -> TokenStream {
    described(docs, &messages::no_parameter_docs(name, &types::show(ty)), root).unwrap_or_default()
}

fn described(docs: &Docs, message: &Message, root: &Root) -> Option<TokenStream> {
    let user = docs.unseen()?.to_token_stream();
    let is_described = private(root, "is_described", &user);
    let text = docs.to_expression();
    let (there, _) = ends(&user);
    Some(hold(&quote_spanned!(there=> #is_described(#text)), message, &user))
}
