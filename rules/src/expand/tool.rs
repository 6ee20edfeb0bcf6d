//! The function that describes the item.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::{ReturnType, Type};

use super::outline::{block, outline, public_attributes, state_type};
use super::settings::settings;
use super::spans::{Root, beside, ends, moved, variant};
use super::{arguments, call, constants, docs, fields};
use crate::checked::{Checked, Own, Param, Resource};
use crate::model::Effect;

/// The public function; `nested` is the hidden body of a free function.
pub(super) fn public(tool: &Checked, nested: Option<&TokenStream>) -> TokenStream {
    let root = Root::of(tool.root);
    let here = Span::mixed_site();
    let attributes = public_attributes(tool.function);
    let policy = docs::policy(tool);
    let outline = outline(tool.kind, tool.function, tool.state, tool.demands.iter().copied(), &root);
    let constants = constants::assertions(tool, &root);
    let definition = definition(tool, &root);
    let settings = settings(tool, &root);
    let arguments = tool.arguments().map(|(position, argument)| arguments::register(tool, &root, position, argument));
    let (fields, flattened) = (fields::constants(tool, &root), fields::register(tool, &root));
    let permits = tool.positions().filter_map(|(position, param)| match param {
        Param::Permit(asked) => Some(permit(tool.effect, &root, position, asked)),
        Param::Caller
        | Param::Call
        | Param::Progress
        | Param::State
        | Param::Object(_)
        | Param::Argument(_)
        | Param::Flattened(_) => None,
    });
    let progress = tool.params.iter().any(|param| matches!(param, Param::Progress)).then(|| {
        let set = root.method("Definition", "progress", here);
        quote_spanned!(here=> #set(&mut __tool);)
    });
    let output = output(tool, &root);
    let closure = call::closure(tool, &root);
    let statements = quote_spanned! {here=>
        #nested
        #constants
        #fields
        let mut __tool = #definition;
        #settings
        #(#arguments)*
        #flattened
        #(#permits)*
        #progress
        #output
        #closure
    };
    let block = block(tool.function, statements);
    quote_spanned! {here=>
        #(#attributes)*
        #policy
        #outline #block
    }
}

fn definition(tool: &Checked, root: &Root) -> TokenStream {
    let state = state_type(tool.function, tool.state);
    let (start, end) = ends(&state);
    let private = moved(root.private(), start);
    let name = &tool.name;
    let description = tool.docs.to_expression();
    let own = match &tool.own {
        Own::Tool => {
            let effect = variant(root, "Effect", tool.effect.variant());
            quote_spanned!(Span::mixed_site()=> , #effect)
        }
        Own::Resource(Resource { uri, .. }) => quote_spanned!(Span::mixed_site()=> , #uri),
        Own::Prompt => TokenStream::new(),
    };
    let define = Ident::new(tool.kind.grammar().types.define, start);
    let head = quote_spanned!(start=> #private::#define::<);
    let tail = quote_spanned!(end=> >(#name, #description #own));
    quote!(#head #state #tail)
}

/// `let __permit1 = H::permit::<H::Write, Read>();`, which asks that the one allows the other.
fn permit(effect: Effect, root: &Root, position: usize, asked: &Type) -> TokenStream {
    let here = Span::mixed_site();
    let handle = format_ident!("__permit{position}", span = here);
    let asked = asked.to_token_stream();
    let (start, _) = ends(&asked);
    let private = moved(root.private(), start);
    let effect = Ident::new(effect.permit(), start);
    let effect = quote_spanned!(start=> #private::#effect);
    let permit = root.call("permit", &quote!(#effect, #asked), &asked, &TokenStream::new());
    quote_spanned!(here=> let #handle = #permit;)
}

fn output(tool: &Checked, root: &Root) -> TokenStream {
    let (ty, user) = match &tool.function.signature.output {
        ReturnType::Type(_, ty) => (ty.to_token_stream(), ty.to_token_stream()),
        ReturnType::Default => {
            let name = &tool.function.signature.ident;
            (quote_spanned!(beside(name.span())=> ()), name.to_token_stream())
        }
    };
    // ST28: what a reader says to be its caller's is proven to be so.
    let proven = tool.effect == Effect::Read && matches!(tool.owner.caller(), Some((_, None)));
    let types = &tool.kind.grammar().types;
    let function = if proven { types.proven_output } else { types.output };
    let here = Span::mixed_site();
    let set = root.method("Definition", "output", here);
    let output = root.call(function, &quote!(#ty, _), &user, &TokenStream::new());
    quote_spanned!(here=> let __output = #set(&mut __tool, #output);)
}
