//! `hints(idempotent, closed_world)`: what clients are told of a tool, and nobody enforces.

use proc_macro2::Ident;
use syn::ext::IdentExt;
use syn::parse::ParseStream;

use super::{Parsed, parentheses, read_items, value_or_key};
use crate::errors::Sink;
use crate::messages;

/// What clients are told.
#[derive(Clone, Default)]
pub(crate) struct Hints {
    pub(crate) idempotent: Option<Ident>,
    pub(crate) closed_world: Option<Ident>,
}

/// Reads what follows the key `hints`. Every item that cannot be read is reported.
pub(crate) fn parse(key: &Ident, input: ParseStream, sink: &Sink) -> Parsed<Hints> {
    let wrong = value_or_key(input, key);
    let Ok(content) = parentheses(input) else {
        return Err(sink.refuse(wrong, messages::hints_form()));
    };
    let list = sink.child();
    if content.is_empty() {
        list.refuse(key, messages::hints_form());
    }
    let mut hints = Hints::default();
    let read = |input: ParseStream| input.call(Ident::parse_any).ok();
    read_items(&content, key, messages::hints_form, &list, read, |hint, tokens| {
        let place = if hint == "idempotent" {
            &mut hints.idempotent
        } else if hint == "closed_world" {
            &mut hints.closed_world
        } else {
            list.refuse(tokens, messages::hints_form());
            return;
        };
        if place.is_some() {
            list.refuse(tokens, messages::hint_twice(&hint));
        }
        *place = Some(hint);
    });
    list.finish(hints)
}
