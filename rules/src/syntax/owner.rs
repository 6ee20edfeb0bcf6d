//! `owner = param | (param, param, ..) | unowned("reason")`

use proc_macro2::{Ident, TokenTree};
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{LitStr, Token, token};

use super::{Parsed, parentheses, peek_call, read_items, read_reason, take_equals, value_or_key};
use crate::errors::Sink;
use crate::messages;

/// Whose the tool's objects are.
#[derive(Clone)]
pub(crate) enum Owner {
    Parameters(Vec<Ident>),
    Unowned { keyword: Ident, reason: LitStr },
}

impl Owner {
    pub(crate) fn parameters(&self) -> &[Ident] {
        match self {
            Self::Parameters(names) => names,
            Self::Unowned { .. } => &[],
        }
    }
}

/// Reads what follows the key `owner`.
pub(crate) fn parse(key: &Ident, input: ParseStream, sink: &Sink) -> Parsed<Owner> {
    let equals = take_equals(input);
    let wrong = value_or_key(input, key);
    if !equals {
        return Err(sink.refuse(wrong, messages::owner_form()));
    }
    if let Some(form) = peek_call(input) {
        if form == "unowned" && input.parse::<TokenTree>().is_ok() {
            return read_reason(&form, input, sink).map(|reason| Owner::Unowned { keyword: form, reason });
        }
        return Err(sink.refuse(form, messages::owner_form()));
    }
    if input.peek(token::Paren) {
        return parse_tuple(key, input, sink);
    }
    match input.call(Ident::parse_any) {
        Ok(name) if name == "unowned" => Err(sink.refuse(&name, messages::no_reason(&name))),
        Ok(name) if input.is_empty() || input.peek(Token![,]) => Ok(Owner::Parameters(vec![name])),
        _ => Err(sink.refuse(wrong, messages::owner_form())),
    }
}

fn parse_tuple(key: &Ident, input: ParseStream, sink: &Sink) -> Parsed<Owner> {
    let wrong = value_or_key(input, key);
    let Ok(content) = parentheses(input) else {
        return Err(sink.refuse(wrong, messages::owner_form()));
    };
    let list = sink.child();
    let mut names = Vec::new();
    let empty = content.is_empty();
    let read = |input: ParseStream| input.call(Ident::parse_any).ok();
    read_items(&content, key, messages::owner_form, &list, read, |name, _| names.push(name));
    if empty {
        list.refuse(wrong, messages::owner_form());
    }
    list.finish(Owner::Parameters(names))
}
